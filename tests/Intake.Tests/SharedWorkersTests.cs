using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests;

/// <summary>Who is given which worker, and when.</summary>
public sealed class SharedWorkersTests
{
    private static readonly byte[] Good = new TestObject().ToFile();
    private static readonly ObjectOrigin Ward = new("ward", "ward's PACS");
    private static readonly ObjectOrigin Study = new("study", "study's PACS");

    [Fact]
    [Trait("promise", "P2")]
    public async Task A_worker_that_has_seen_one_dataset_is_ended_before_another_is_looked_at()
    {
        var lives = new Lives();
        await using var pool = Start(1, 1, lives);
        foreach (var origin in (ObjectOrigin[])[Ward, Ward, Study, Ward])
        {
            await ExamineAsync(pool, origin);
            Assert.Single(lives.Started, process => Directory.Exists($"/proc/{process}"));
        }

        Assert.Equal(3, lives.Started.Distinct().Count());
    }

    [Fact]
    public async Task Datasets_that_come_in_side_by_side_keep_their_workers()
    {
        var lives = new Lives();
        await using var pool = Start(2, 2, lives);
        foreach (var origin in (ObjectOrigin[])[Ward, Study, Ward, Study, Study, Ward])
        {
            await ExamineAsync(pool, origin);
        }

        Assert.Equal(2, lives.Started.Count);
    }

    [Fact]
    public async Task A_sender_has_no_more_than_its_share_however_much_it_sends()
    {
        await using var pool = Start(3, 2);
        using var first = new Upload(Good);
        using var second = new Upload(Good);
        Task<IntakeOutcome>[] examining = [ExamineAsync(pool, Ward, first), ExamineAsync(pool, Ward, second)];
        await Task.WhenAll(first.Asked, second.Asked);

        Assert.IsType<IntakeOutcome.NotBegun>(await ExamineAsync(pool, Ward));
        Assert.IsType<IntakeOutcome.Accepted>(await ExamineAsync(pool, Study));
        first.Arrive();
        second.Arrive();
        Assert.All(await Task.WhenAll(examining), outcome => Assert.IsType<IntakeOutcome.Accepted>(outcome));
        Assert.IsType<IntakeOutcome.Accepted>(await ExamineAsync(pool, Ward));
    }

    [Fact]
    public async Task Long_objects_of_many_senders_leave_a_worker_to_what_is_short()
    {
        await using var pool = Start(2, 2);
        using var held = new Upload(Good);
        var examining = ExamineAsync(pool, Ward with { IsLong = true }, held);
        await held.Asked;

        Assert.IsType<IntakeOutcome.NotBegun>(await ExamineAsync(pool, Study with { IsLong = true }));
        Assert.IsType<IntakeOutcome.Accepted>(await ExamineAsync(pool, Study));
        held.Arrive();
        await examining;
        Assert.IsType<IntakeOutcome.Accepted>(await ExamineAsync(pool, Study with { IsLong = true }));
    }

    [Fact]
    public async Task A_queue_of_one_sender_is_not_before_another_senders_first_object()
    {
        await using var pool = Start(1, 1, seconds: null);
        using var held = new Upload(Good);
        var examining = ExamineAsync(pool, Ward, held);
        await held.Asked;
        var order = new List<string>();
        Task[] waiting = [.. new[] { Ward, Ward, Study }.Select(origin => ExamineAsync(pool, origin, new Noting(Good, () => order.Add(origin.Dataset))))];
        held.Arrive();
        await Task.WhenAll([examining, .. waiting]);

        Assert.Equal(["study", "ward", "ward"], order);
    }

    [Fact]
    public async Task Who_goes_away_while_waiting_takes_no_worker_with_them()
    {
        await using var pool = Start(1, 1, seconds: null);
        using var held = new Upload(Good);
        var examining = ExamineAsync(pool, Ward, held);
        await held.Asked;
        using var cancel = new CancellationTokenSource();
        var gone = ExamineAsync(pool, Study, new MemoryStream(Good), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        held.Arrive();
        await examining;

        Assert.IsType<IntakeOutcome.Accepted>(await ExamineAsync(pool, Study));
    }

    private static IntakePool Start(int workers, int share, IIntakeLog? log = null, int? seconds = 1)
    {
        Workers.NeedThem();
        return new(new() { Worker = Workers.Assembly, Workers = workers, WorkersPerSender = share, WaitSeconds = seconds }, log);
    }

    private static Task<IntakeOutcome> ExamineAsync(IntakePool pool, ObjectOrigin origin) => ExamineAsync(pool, origin, new MemoryStream(Good));

    private static Task<IntakeOutcome> ExamineAsync(IntakePool pool, ObjectOrigin origin, Stream content, CancellationToken cancellationToken = default) =>
        pool.ExamineAsync(origin, Workers.Asked(), content, new Received(), cancellationToken);

    /// <summary>Notes when a worker begins with it.</summary>
    private sealed class Noting(byte[] bytes, Action note) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0)
            {
                note();
            }

            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed class Lives : IIntakeLog
    {
        internal List<int> Started { get; } = [];

        void IIntakeLog.Started(int worker) => Started.Add(worker);

        public void Stopped(int worker, long ordinal, string how)
        {
        }
    }
}
