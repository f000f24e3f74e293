using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.Tests.Hub;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Tests;

public sealed class ProtocolTests : IDisposable
{
    private readonly TestSite _site = new();

    [Fact]
    public async Task The_agent_says_who_it_is_and_what_it_offers()
    {
        var trainer = _site.AddShellTrainer("true");
        await using var agent = _site.Connect();
        var welcome = await agent.GreetAsync();
        Assert.Equal((AgentProtocol.Version, TestSite.Name, _site.AgentKey.Public.Id), (welcome.Protocol, welcome.Site, welcome.Key));
        Assert.Equal([trainer], welcome.Trainers);
        Assert.Equal(TestSite.WhyNoSandbox is null, welcome.Isolation.Count == 1);
        Assert.Equal(TestSite.WhyNoSandbox is null, welcome.IsolationProblem is null);
    }

    [Fact]
    public async Task The_conversation_begins_with_hello_in_the_same_version()
    {
        await using var agent = _site.Connect();
        Assert.Equal(AgentRefusals.Protocol, (await agent.RefusedAsync(new Have([]))).Code);
        Assert.Equal(AgentRefusals.Protocol, (await agent.RefusedAsync(new Hello(2))).Code);
        await agent.GreetAsync();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: site\r\n\r\n")]
    [InlineData("\0\0\0\u0004nope")]
    [InlineData("\0\0\0\u0010{\"op\":\"format\"} ")]
    [InlineData("\0\0\0\u0025{\"op\":\"hello\",\"protocol\":1,\"more\":true}")]
    [InlineData("\0\0\0\u0020{\"op\":\"hello\",\"protocol\":1,\"body\":5}hello")]
    [InlineData("\0\0\0\u0000")]
    [Trait("promise", "P11")]
    public async Task A_peer_that_talks_garbage_gets_one_refusal_and_the_connection_ends(string bytes)
    {
        await using var agent = _site.Connect();
        await agent.Program.Input.WriteAsync(Encoding.Latin1.GetBytes(bytes), TestContext.Current.CancellationToken);
        await agent.Program.Input.DisposeAsync();
        Assert.Equal(AgentRefusals.BadRequest, Assert.IsType<Refused>((await agent.ReceiveAsync()).Answer).Code);
        Assert.Null(await AgentFrames.ReadAsync(agent.Program.Output, ContractsJson.Strict.AgentAnswer, TestContext.Current.CancellationToken));
        Assert.Equal(new ProgramExit.Status(1), await agent.Program.Exit);
    }

    [Fact]
    public async Task An_end_of_the_stream_between_frames_is_a_clean_end()
    {
        await using var agent = _site.Connect();
        await agent.GreetAsync();
        await agent.Program.Input.DisposeAsync();
        Assert.Equal(new ProgramExit.Status(0), await agent.Program.Exit);
    }

    [Fact]
    public async Task Jobs_that_are_not_here_are_unknown()
    {
        await using var agent = _site.Connect();
        await agent.GreetAsync();
        var job = Sha256Digest.Of("no job"u8);
        Assert.Equal("unknown", (await agent.PollAsync(job)).State);
        Assert.Equal(AgentRefusals.UnknownJob, (await agent.RefusedAsync(new Cancel(job))).Code);
        Assert.Equal(AgentRefusals.UnknownJob, (await agent.RefusedAsync(new Purge(job))).Code);
        Assert.Equal(AgentRefusals.UnknownJob, (await agent.RefusedAsync(new Fetch(job, "model", 0))).Code);
        Assert.Equal(AgentRefusals.UnknownJob, (await agent.RefusedAsync(new Deliver(job, job, null))).Code);
        Assert.Equal(AgentRefusals.BadRequest, (await agent.RefusedAsync(new Fetch(job, "../../agent.pem", 0))).Code);
    }

    public void Dispose() => _site.Dispose();
}
