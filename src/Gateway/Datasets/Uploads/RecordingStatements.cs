using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// What <see cref="Recorder"/> asks and writes of each object, prepared once on a connection that stays open: a context of EF's, opened and
/// prepared for each question, costs an object more than its encryption. For one user at a time.
/// </summary>
internal sealed class RecordingStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _touch;
    private readonly SqliteCommand _quarantined;
    private readonly SqliteCommand _held;
    private readonly SqliteCommand _forget;
    private readonly PreparedInsert<UploadObjectRow> _objects;
    private readonly PreparedInsert<SampleRow> _samples;
    private readonly PreparedInsert<MaskRow> _masks;
    private readonly PreparedInsert<RenditionRow> _renditions;
    private readonly PreparedInsert<QuarantineRow> _quarantine;

    public RecordingStatements(GatewayDb db)
    {
        _connection = new SqliteConnection(db.Database.GetConnectionString());
        _connection.Open();
        _touch = Command(
            $"""
            UPDATE uploads SET active_at = $now WHERE id = $upload AND closed_at IS NULL
            AND EXISTS (SELECT 1 FROM datasets WHERE name = $dataset AND state <> '{DatasetStates.Withdrawn}')
            """,
            "$now", "$upload", "$dataset");
        _quarantined = Command("SELECT code FROM quarantine WHERE dataset = $dataset AND object_key = $key AND decision IS NULL", "$dataset", "$key");
        _held = Command(
            """
            SELECT EXISTS (SELECT 1 FROM samples WHERE dataset = $dataset AND object_key = $key)
            OR EXISTS (SELECT 1 FROM masks WHERE dataset = $dataset AND object_key = $key)
            """,
            "$dataset", "$key");
        _forget = Command("DELETE FROM quarantine WHERE dataset = $dataset AND object_key = $key AND decision IS NOT NULL", "$dataset", "$key");
        _objects = new(_connection, db);
        _samples = new(_connection, db);
        _masks = new(_connection, db);
        _renditions = new(_connection, db);
        _quarantine = new(_connection, db);
    }

    /// <summary>Nobody else writes until it ends, so what is read in it stays true.</summary>
    public SqliteTransaction Begin() => _connection.BeginTransaction(deferred: false);

    /// <summary>Notes that an object came; false where its session is closed or its dataset withdrawn.</summary>
    public bool Touch(SqliteTransaction transaction, Recording recording) =>
        With(_touch, transaction, recording.Now.ToUnixTimeMilliseconds(), recording.Upload.Id, recording.Upload.Dataset).ExecuteNonQuery() > 0;

    /// <summary>Whether the object is kept apart, undecided, and why.</summary>
    public (bool IsKept, string? Code) Quarantined(SqliteTransaction transaction, Recording recording)
    {
        var code = Keyed(_quarantined, transaction, recording).ExecuteScalar() as string;
        return (code is not null, code);
    }

    public bool IsHeld(SqliteTransaction transaction, Recording recording) => Keyed(_held, transaction, recording).ExecuteScalar() is 1L;

    /// <summary>What a steward decided of the object when it came before is over: it comes anew.</summary>
    public void ForgetDecision(SqliteTransaction transaction, Recording recording) => Keyed(_forget, transaction, recording).ExecuteNonQuery();

    public void Insert(SqliteTransaction transaction, UploadObjectRow row) => _objects.Run(transaction, row);

    public void Insert(SqliteTransaction transaction, Recording recording)
    {
        foreach (var sample in recording.Samples)
        {
            _samples.Run(transaction, sample);
        }

        foreach (var mask in recording.Masks)
        {
            _masks.Run(transaction, mask);
        }

        if (recording.Rendition is { } rendition)
        {
            _renditions.Run(transaction, rendition);
        }

        if (recording.Quarantine is { } kept)
        {
            _quarantine.Run(transaction, kept);
        }
    }

    public void Dispose()
    {
        IDisposable[] all = [_touch, _quarantined, _held, _forget, _objects, _samples, _masks, _renditions, _quarantine, _connection];
        foreach (var each in all)
        {
            each.Dispose();
        }
    }

    private static SqliteCommand Keyed(SqliteCommand command, SqliteTransaction transaction, Recording recording) =>
        With(command, transaction, recording.Upload.Dataset, recording.Key!);

    private static SqliteCommand With(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }

    private SqliteCommand Command(string text, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}
