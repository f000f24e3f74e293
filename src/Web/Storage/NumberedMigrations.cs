using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Scanlock.Web.Storage;

/// <summary>
/// Brings a database to the newest schema: SQL files embedded as <c>FOLDER.NNNN_name.sql</c> run once each, in order, each in a
/// transaction with the row that records it. A database newer than the program is refused.
/// </summary>
public static class NumberedMigrations
{
    /// <param name="folder">Resource prefix, such as <c>Scanlock.Gateway.Storage.Migrations.Sqlite.</c>; must end in a dot.</param>
    /// <exception cref="InvalidOperationException">The numbering has a gap, or the database is newer than this program.</exception>
    public static async Task ApplyAsync(DbConnection connection, Assembly assembly, string folder, CancellationToken cancellationToken)
    {
        var files = FilesBelow(assembly, folder);
        await ExecuteAsync(connection, null, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)", cancellationToken);
        var version = await CurrentVersionAsync(connection, cancellationToken);
        if (version > files.Count)
        {
            throw new InvalidOperationException($"The database has schema version {version}; this program knows {files.Count}. Start the newer program.");
        }

        for (var next = version + 1; next <= files.Count; next++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, transaction, await ReadAsync(assembly, files[next - 1], cancellationToken), cancellationToken);
            await ExecuteAsync(connection, transaction, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version VALUES ({next})"), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static List<string> FilesBelow(Assembly assembly, string folder)
    {
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        for (var i = 0; i < files.Count; i++)
        {
            if (!files[i].AsSpan(folder.Length).StartsWith(string.Create(CultureInfo.InvariantCulture, $"{i + 1:0000}_")))
            {
                throw new InvalidOperationException($"Migrations are numbered from 0001 without a gap; '{files[i]}' stands at {i + 1}.");
            }
        }

        return files;
    }

    private static async Task<int> CurrentVersionAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(MAX(version), 0) FROM schema_version";
        return Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task<string> ReadAsync(Assembly assembly, string name, CancellationToken cancellationToken)
    {
        await using var stream = assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is embedded in the program, not anyone's input.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
