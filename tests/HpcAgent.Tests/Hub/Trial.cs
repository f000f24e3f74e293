using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests.Hub;

/// <summary>Takes one job through an agent the way a broker does, with a gateway that answers as the test says.</summary>
internal sealed class Trial(TestSite site, TestGateway gateway, AgentConnection agent, Statement<Job> job) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private readonly List<Statement<KeyRequest>> _requests = [];

    public TestSite Site => site;

    public TestGateway Gateway => gateway;

    public AgentConnection Agent { get; private set; } = agent;

    public Statement<Job> Job => job;

    public IReadOnlyList<Statement<KeyRequest>> Requests => _requests;

    /// <summary>What the gateway answers: a release, or null for a refusal.</summary>
    public Func<Statement<KeyRequest>, string?> Answer { get; set; } = request => gateway.Sign(gateway.Release(request));

    /// <summary>How many key requests are answered at all; the later ones meet silence.</summary>
    public int AnswersAtMost { get; set; } = int.MaxValue;

    /// <summary>Sets up a site with this trainer, stages the data and hands a job in.</summary>
    public static async Task<Trial> SubmitAsync(
        Func<TestSite, Sha256Digest> addTrainer, Func<Permit, Permit>? permit = null, Func<Job, Job>? job = null, TestSite? site = null, TestGateway? gateway = null)
    {
        site ??= new TestSite();
        gateway ??= await TestGateway.CreateAsync(site);
        var allowed = gateway.Permit(addTrainer(site));
        var signed = gateway.Sign((job ?? (j => j))(gateway.Job((permit ?? (p => p))(allowed))));
        var trial = new Trial(site, gateway, site.Connect(), signed);
        await trial.Agent.GreetAsync();
        await gateway.StageAsync(trial.Agent);
        Assert.Equal(new Accepted(signed.Digest), await trial.Agent.AskAsync(new Submit(signed.Compact)));
        return trial;
    }

    /// <summary>A trial of a shell script on a machine that can shut it in.</summary>
    public static Task<Trial> OfScriptAsync(string script, Func<Permit, Permit>? permit = null, Func<Job, Job>? job = null)
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        return SubmitAsync(s => s.AddShellTrainer(script), permit, job);
    }

    /// <summary>Polls, carrying key requests and answers, until the job is in one of these states.</summary>
    public Task<JobStatus> UntilAsync(params string[] states) => Wait.UntilAsync(
        $"the job to be {string.Join(" or ", states)}",
        async () =>
        {
            var status = await Agent.PollAsync(job.Digest);
            if (status.KeyRequest is { } compact && _requests.Count < AnswersAtMost)
            {
                var request = StatementKinds.KeyRequest.Verify(compact, site.AgentKey.Public);
                _requests.Add(request);
                Assert.Equal(new Done(), await Agent.AskAsync(new Deliver(job.Digest, request.Digest, Answer(request))));
            }

            return states.Contains(status.State) ? status : null;
        },
        s_patience);

    public Task<JobStatus> EndAsync() => UntilAsync(JobStates.Finished, JobStates.Failed);

    /// <summary>Runs it to its end, which must be this failure, and nothing but it may have come out.</summary>
    public async Task<JobStatus> FailsAsync(string failure)
    {
        var status = await EndAsync();
        Assert.Equal((JobStates.Failed, failure), (status.State, status.Failure));
        Assert.Null(status.Bundle);
        Assert.Equal(failure, StatementKinds.Progress.Verify(status.Progress[^1], site.AgentKey.Public).Value.Failure);
        return status;
    }

    public async Task<ResultBundle> FinishesAsync()
    {
        var status = await EndAsync();
        Assert.True(status.State == JobStates.Finished, $"the job has failed: {status.Failure}{Environment.NewLine}{Log()}");
        return StatementKinds.ResultBundle.Verify(status.Bundle!, site.AgentKey.Public).Value;
    }

    public async Task<string> ResultAsync(string part, SealedPart said) => Encoding.UTF8.GetString(await ResultBytesAsync(part, said));

    /// <summary>Fetches a part chunk by chunk, and opens it.</summary>
    public async Task<byte[]> ResultBytesAsync(string part, SealedPart said)
    {
        using var file = new MemoryStream();
        do
        {
            var (answer, body) = await Agent.AskForBodyAsync(new Fetch(job.Digest, part, file.Length));
            Assert.Equal(new Chunk(file.Length, said.Bytes) { Body = body.Length }, answer);
            file.Write(body);
        }
        while (file.Length < said.Bytes);
        Assert.Empty((await Agent.AskForBodyAsync(new Fetch(job.Digest, part, file.Length))).Body);
        return await gateway.OpenAsync(file.ToArray(), said);
    }

    /// <summary>The connection breaks and the broker makes another.</summary>
    public async Task ReconnectAsync()
    {
        await Agent.DisposeAsync();
        Agent = site.Connect();
        await Agent.GreetAsync();
    }

    private string Log() => string.Concat(Directory.EnumerateFiles(Path.Combine(site.State, "logs")).Select(File.ReadAllText));

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        gateway.Dispose();
        site.Dispose();
    }
}
