using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>Inserts rows of one kind by a statement that is prepared once; columns and conversions are the model's.</summary>
internal sealed class PreparedInsert<TRow> : IDisposable
    where TRow : class
{
    private readonly SqliteCommand _command;
    private readonly List<(SqliteParameter Parameter, Func<object, object?> Value)> _columns = [];

    public PreparedInsert(SqliteConnection connection, GatewayDb model)
    {
        var entity = model.Model.FindEntityType(typeof(TRow)) ?? throw new ArgumentException($"{typeof(TRow).Name} is no row of the database.", nameof(model));
        var table = entity.GetTableName() ?? throw new ArgumentException($"{typeof(TRow).Name} has no table.", nameof(model));
        _command = connection.CreateCommand();
        var names = new List<string>();
        foreach (var property in entity.GetProperties())
        {
            var name = property.GetColumnName();
            names.Add(name);
            _columns.Add((_command.Parameters.Add(new SqliteParameter { ParameterName = $"${name}" }), ValueOf(property)));
        }

        // Names of the model, not a stranger's text.
        _command.CommandText = $"INSERT INTO {table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", names.Select(name => $"${name}"))})";
    }

    public void Run(SqliteTransaction transaction, TRow row)
    {
        foreach (var (parameter, value) in _columns)
        {
            parameter.Value = value(row) ?? DBNull.Value;
        }

        _command.Transaction = transaction;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();

    private static Func<object, object?> ValueOf(IProperty property)
    {
        var getter = property.GetGetter();
        return property.GetTypeMapping().Converter is { } converter
            ? row => converter.ConvertToProvider(getter.GetClrValueUsingContainingEntity(row))
            : getter.GetClrValueUsingContainingEntity;
    }
}
