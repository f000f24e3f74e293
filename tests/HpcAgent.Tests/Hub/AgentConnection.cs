using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Tests.Hub;

/// <summary>A running <c>hpc-agent serve</c>, spoken to as the broker does.</summary>
internal sealed class AgentConnection(RunningProgram program) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public RunningProgram Program => program;

    public async Task<Welcome> GreetAsync() => Assert.IsType<Welcome>(await AskAsync(new Hello(AgentProtocol.Version)));

    public async Task<AgentAnswer> AskAsync(AgentRequest request, byte[]? body = null) => (await AskForBodyAsync(request, body)).Answer;

    public async Task<(AgentAnswer Answer, byte[] Body)> AskForBodyAsync(AgentRequest request, byte[]? body = null)
    {
        await SendAsync(request, body);
        return await ReceiveAsync();
    }

    public async Task SendAsync(AgentRequest request, byte[]? body = null) =>
        await AgentFrames.WriteAsync(program.Input, request with { Body = body?.Length ?? 0 }, ContractsJson.Strict.AgentRequest, body, TestContext.Current.CancellationToken);

    public async Task<(AgentAnswer Answer, byte[] Body)> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        var answer = await AgentFrames.ReadAsync(program.Output, ContractsJson.Strict.AgentAnswer, patience.Token);
        Assert.True(answer is not null, $"The agent has ended: {program.ErrorTail}");
        return (answer, await AgentFrames.ReadBodyAsync(program.Output, answer.Body, patience.Token));
    }

    /// <summary>Asks for something that must be refused, and gives the refusal.</summary>
    public async Task<Refused> RefusedAsync(AgentRequest request, byte[]? body = null) => Assert.IsType<Refused>(await AskAsync(request, body));

    public async Task<JobStatus> PollAsync(Sha256Digest job, int after = 0) =>
        Assert.Single(Assert.IsType<Contracts.Agent.Jobs>(await AskAsync(new Poll([new(job, after)]))).Items);

    /// <summary>Kills serve and only serve, as a machine short of memory would.</summary>
    public async Task KillAsync()
    {
        await HostProcesses.SignalAsync("KILL", program.Id);
        await program.Exit;
    }

    /// <summary>Hangs up. What serve has started for the queue goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await program.Input.DisposeAsync();
        await Task.WhenAny(program.Exit, Task.Delay(s_patience));
        await program.DisposeAsync();
    }
}
