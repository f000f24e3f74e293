using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// What is asked of the database for every object before it is taken in, prepared once on a connection that stays open, for the reason that
/// <see cref="RecordingStatements"/> gives. Each answer is what is committed at that moment.
/// </summary>
internal sealed class UploadReads(IDbContextFactory<GatewayDb> databases) : IDisposable
{
    private const string TokenColumns = "id, dataset, hash, expires_at, revoked_at, last_used_at";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private SqliteConnection? _connection;

    public KnownToken? TokenByHash(string hash) => First($"SELECT {TokenColumns} FROM upload_tokens WHERE hash = $value", hash, TokenOf);

    public KnownToken? TokenById(string id) => First($"SELECT {TokenColumns} FROM upload_tokens WHERE id = $value", id, TokenOf);

    /// <summary>One of <see cref="DatasetStates"/>; null where there is no such dataset.</summary>
    public string? DatasetState(string name) => First("SELECT state FROM datasets WHERE name = $value", name, row => row.GetString(0));

    /// <summary>The session; null where there is none.</summary>
    public OpenUpload? Upload(string id) => First(
        "SELECT uploads.id, datasets.name, datasets.policy_revision, uploads.closed_at FROM uploads JOIN datasets ON datasets.name = uploads.dataset WHERE uploads.id = $value",
        id,
        row => new OpenUpload(row.GetString(0), row.GetString(1), row.GetString(2)) { IsClosed = !row.IsDBNull(3) });

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection?.Dispose();
    }

    private static KnownToken TokenOf(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)), TimeOrNull(row, 4), TimeOrNull(row, 5));

    private static DateTimeOffset? TimeOrNull(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private T? First<T>(string text, string value, Func<SqliteDataReader, T> read)
        where T : class
    {
        lock (_lock)
        {
            if (!_commands.TryGetValue(text, out var command))
            {
                command = Prepare(text);
                _commands.Add(text, command);
            }

            command.Parameters[0].Value = value;
            using var row = command.ExecuteReader();
            return row.Read() ? read(row) : null;
        }
    }

    private SqliteCommand Prepare(string text)
    {
        if (_connection is null)
        {
            using var db = databases.CreateDbContext();
            _connection = new SqliteConnection(db.Database.GetConnectionString());
            _connection.Open();
        }

        var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.Add(new SqliteParameter { ParameterName = "$value" });
        return command;
    }
}

/// <summary>An upload token, as much of it as says whether it may be used.</summary>
internal sealed record KnownToken(string Id, string Dataset, string Hash, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>A session that an object is for.</summary>
/// <param name="PolicyRevision">Of its dataset's policy in force.</param>
internal sealed record OpenUpload(string Id, string Dataset, string PolicyRevision)
{
    public bool IsClosed { get; init; }
}
