using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Writes what became of objects, each with all that was received of it in one transaction. Objects that end while another transaction is being
/// written share the next one, for a commit waits for the disk: (1) who comes waits for a turn; (2) who has it writes all that wait; (3) each
/// is told its outcome once that is committed.
/// </summary>
internal sealed class Recorder(IDbContextFactory<GatewayDb> databases) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private List<Waiting> _waiting = [];
    private RecordingStatements? _statements;

    /// <summary>
    /// The object's outcome, committed. One that the dataset holds already is not taken twice, and none is once its session is closed or its
    /// dataset withdrawn: a closed session's counts stay true.
    /// </summary>
    public async Task<Outcome<ObjectOutcome>> RecordAsync(Recording recording, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(recording);
        lock (_lock)
        {
            _waiting.Add(waiting);
        }

        // From here on it may be written with others at any moment, so who goes away stops nothing.
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (!waiting.IsWritten)
            {
                Write(TakeAll());
            }
        }
        finally
        {
            _turn.Release();
        }

        return waiting is { Fault: null, Outcome: { } outcome } ? outcome : throw new DbUpdateException($"What became of object {recording.Ordinal} could not be recorded.", waiting.Fault);
    }

    public void Dispose()
    {
        _statements?.Dispose();
        _turn.Dispose();
    }

    private List<Waiting> TakeAll()
    {
        lock (_lock)
        {
            var all = _waiting;
            _waiting = [];
            return all;
        }
    }

    private void Write(List<Waiting> all)
    {
        try
        {
            Commit(all);
        }
        catch (DbException) when (all.Count > 1 && !all.Exists(waiting => waiting.Recording.HasStored))
        {
            // None of it was committed; one that cannot be written is no reason not to write the others.
            all.ForEach(waiting => Write([waiting]));
        }
        catch (Exception fault)
        {
            // Thrown to each of those who wait.
            all.ForEach(waiting => waiting.Fault = fault);
        }
    }

    private void Commit(List<Waiting> all)
    {
        _statements ??= Open();
        using var transaction = _statements.Begin();
        foreach (var waiting in all)
        {
            (waiting.Outcome, waiting.IsKept) = Add(_statements, transaction, waiting.Recording);
        }

        all.ForEach(waiting => waiting.Recording.HasStored = waiting.IsKept);
        transaction.Commit();
    }

    /// <summary>Adds an object to the transaction: its outcome, and whether what was received of it is kept.</summary>
    private static (Outcome<ObjectOutcome> Outcome, bool IsKept) Add(RecordingStatements statements, SqliteTransaction transaction, Recording recording)
    {
        if (!statements.Touch(transaction, recording))
        {
            return (new Refusal.Conflict($"Upload {recording.Upload.Id} of '{recording.Upload.Dataset}' was closed meanwhile."), false);
        }

        var held = Held(statements, transaction, recording);
        if (held is null)
        {
            statements.Insert(transaction, recording);
        }

        var row = held ?? new() { Upload = recording.Upload.Id, Ordinal = recording.Ordinal, Outcome = recording.Outcome, Code = recording.Code };
        statements.Insert(transaction, row);
        return (Recording.OutcomeOf(row), held is null && recording.Key is not null);
    }

    /// <summary>The outcome for an object that the dataset holds already, or null. One that a steward deleted may come again.</summary>
    private static UploadObjectRow? Held(RecordingStatements statements, SqliteTransaction transaction, Recording recording)
    {
        if (recording.Key is null)
        {
            return null;
        }

        var (isKept, code) = statements.Quarantined(transaction, recording);
        if (isKept)
        {
            return new() { Upload = recording.Upload.Id, Ordinal = recording.Ordinal, Outcome = UploadOutcomes.Quarantined, Code = code };
        }

        if (statements.IsHeld(transaction, recording))
        {
            return new() { Upload = recording.Upload.Id, Ordinal = recording.Ordinal, Outcome = UploadOutcomes.Duplicate };
        }

        statements.ForgetDecision(transaction, recording);
        return null;
    }

    private RecordingStatements Open()
    {
        using var db = databases.CreateDbContext();
        return new RecordingStatements(db);
    }

    private sealed class Waiting(Recording recording)
    {
        public Recording Recording => recording;

        public Outcome<ObjectOutcome>? Outcome { get; set; }

        public bool IsKept { get; set; }

        public Exception? Fault { get; set; }

        public bool IsWritten => Outcome is not null || Fault is not null;
    }
}
