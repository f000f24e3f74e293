using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Scanlock.Audit.Bench;

/// <summary>
/// The peer: what one would use otherwise. A table in SQLite, WAL, synchronous=FULL, so that a commit is as durable as our append;
/// one writer takes whatever appends wait and commits them together, as ours does. Plain, it proves nothing; with a signer, each row
/// holds the hash of the one before and each commit a signature over the last, as tamper-evident tables do.
/// </summary>
internal sealed class SqliteTable : IAsyncDisposable
{
    private readonly Channel<(byte[] Entry, TaskCompletionSource Done)> _queue = Channel.CreateUnbounded<(byte[], TaskCompletionSource)>();
    private readonly SqliteConnection _connection;
    private readonly Task _writing;
    private readonly NoteSigner? _signer;
    private TreeHash _last = TreeHash.EmptyRoot;

    public SqliteTable(string file, NoteSigner? signer)
    {
        _signer = signer;
        _connection = new SqliteConnection($"Data Source={file}");
        _connection.Open();
        Execute("PRAGMA journal_mode=WAL");
        Execute("PRAGMA synchronous=FULL");
        Execute("CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL, chain BLOB)");
        Execute("CREATE TABLE head (id INTEGER PRIMARY KEY, note BLOB NOT NULL)");
        _writing = Task.Run(WriteAsync);
    }

    public static string Version => SQLitePCL.raw.sqlite3_libversion().utf8_to_string();

    public Task AppendAsync(byte[] entry)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Writer.TryWrite((entry, done));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        await _writing;
        await _connection.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        await using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO entries (entry, chain) VALUES ($entry, $chain)";
        var row = insert.Parameters.Add("$entry", SqliteType.Blob);
        var chain = insert.Parameters.Add("$chain", SqliteType.Blob);
        chain.Value = DBNull.Value;
        await insert.PrepareAsync();
        await using var sign = _connection.CreateCommand();
        sign.CommandText = "INSERT OR REPLACE INTO head (id, note) VALUES (1, $note)";
        var note = sign.Parameters.Add("$note", SqliteType.Blob);
        long size = 0;
        var group = new List<TaskCompletionSource>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.Yield();
            using var transaction = _connection.BeginTransaction();
            insert.Transaction = transaction;
            while (_queue.Reader.TryRead(out var next))
            {
                row.Value = next.Entry;
                if (_signer is not null)
                {
                    _last = TreeHash.OfNode(_last, TreeHash.OfLeaf(next.Entry));
                    chain.Value = _last.ToArray();
                }

                insert.ExecuteNonQuery();
                group.Add(next.Done);
                size++;
            }

            if (_signer is not null)
            {
                sign.Transaction = transaction;
                note.Value = Checkpoint.Sign(_signer, size, _last).ToBytes();
                sign.ExecuteNonQuery();
            }

            transaction.Commit();
            group.ForEach(done => done.SetResult());
            group.Clear();
        }
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
