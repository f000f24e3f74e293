using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

public sealed class StagingTests : IDisposable
{
    private readonly TestSite _site = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(3_000_000);

    private Sha256Digest Digest => Sha256Digest.Of(_content);

    [Fact]
    public async Task A_ciphertext_arrives_in_pieces_and_is_not_asked_for_again()
    {
        await using var agent = await ConnectAsync();
        Assert.Equal(new Holding(Digest, 0, false), await HaveAsync(agent));
        Assert.Equal(new Stored(1_000_000, false), await PutAsync(agent, 0, 1_000_000));
        Assert.Equal(new Holding(Digest, 1_000_000, false), await HaveAsync(agent));
        Assert.Equal(new Stored(3_000_000, true), await PutAsync(agent, 1_000_000, 3_000_000));
        Assert.Equal(new Holding(Digest, 3_000_000, true), await HaveAsync(agent));
        Assert.Equal(new Stored(3_000_000, true), await PutAsync(agent, 0, 1000));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(_site.State, "staged", Digest.Hex)));
    }

    [Fact]
    public async Task Requests_can_be_sent_ahead()
    {
        await using var agent = await ConnectAsync();
        for (var offset = 0; offset < _content.Length; offset += 500_000)
        {
            await agent.SendAsync(new Put(Digest, _content.Length, offset), _content[offset..(offset + 500_000)]);
        }

        for (var have = 500_000; have <= _content.Length; have += 500_000)
        {
            Assert.Equal(new Stored(have, have == _content.Length), (await agent.ReceiveAsync()).Answer);
        }
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task An_agent_killed_while_it_receives_goes_on_where_it_was()
    {
        await using (var killed = await ConnectAsync())
        {
            await PutAsync(killed, 0, 1_000_000);
            await killed.SendAsync(new Put(Digest, _content.Length, 1_000_000), _content[1_000_000..2_000_000]);
            await killed.KillAsync();
        }

        await using var agent = await ConnectAsync();
        var have = await HaveAsync(agent);
        Assert.InRange(have.Have, 1_000_000, 2_000_000);
        Assert.False(have.Complete);
        Assert.Equal(new Stored(_content.Length, true), await PutAsync(agent, (int)have.Have, _content.Length));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_whole_ciphertext_that_was_killed_before_it_had_its_name_is_found_whole()
    {
        await using var first = await ConnectAsync();
        File.WriteAllBytes(Path.Combine(_site.State, "staged", $"{Digest.Hex}.part"), _content);
        Assert.Equal(new Holding(Digest, _content.Length, true), await HaveAsync(first));
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(_site.State, "staged", Digest.Hex)));
    }

    [Fact]
    public async Task Bytes_that_are_not_what_their_digest_says_are_dropped()
    {
        await using var agent = await ConnectAsync();
        _content[17] ^= 1;
        var wrong = _content.ToArray();
        _content[17] ^= 1;
        await agent.AskAsync(new Put(Digest, wrong.Length, 0), wrong[..2_000_000]);
        var refused = await agent.RefusedAsync(new Put(Digest, wrong.Length, 2_000_000), wrong[2_000_000..]);
        Assert.Equal(AgentRefusals.DigestMismatch, refused.Code);
        Assert.Equal(new Holding(Digest, 0, false), await HaveAsync(agent));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_site.State, "staged")));
    }

    [Fact]
    public async Task A_partial_file_altered_on_the_disk_is_never_taken_for_the_ciphertext()
    {
        await using (var first = await ConnectAsync())
        {
            await PutAsync(first, 0, 2_000_000);
        }

        var part = Path.Combine(_site.State, "staged", $"{Digest.Hex}.part");
        var bytes = File.ReadAllBytes(part);
        bytes[0] ^= 1;
        File.WriteAllBytes(part, bytes);
        await using var agent = await ConnectAsync();
        Assert.Equal(AgentRefusals.DigestMismatch, (await agent.RefusedAsync(new Put(Digest, _content.Length, 2_000_000), _content[2_000_000..])).Code);
    }

    [Theory]
    [InlineData(3_000_000, 5, AgentRefusals.WrongOffset)]
    [InlineData(3_000_000, -1, AgentRefusals.BadRequest)]
    [InlineData(3_000_000, 2_999_999, AgentRefusals.BadRequest)]
    [InlineData(0, 0, AgentRefusals.BadRequest)]
    [InlineData(long.MaxValue, 0, AgentRefusals.Storage)]
    public async Task A_piece_that_does_not_fit_is_refused(long bytes, long offset, string code)
    {
        await using var agent = await ConnectAsync();
        Assert.Equal(code, (await agent.RefusedAsync(new Put(Digest, bytes, offset), _content[..10])).Code);
    }

    [Fact]
    public async Task Two_connections_do_not_write_the_same_ciphertext_and_both_get_on()
    {
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        await PutAsync(first, 0, 1_000_000);
        Assert.Equal(AgentRefusals.WrongOffset, (await second.RefusedAsync(new Put(Digest, _content.Length, 0), _content[..10])).Code);
        Assert.Equal(new Stored(_content.Length, true), await PutAsync(first, 1_000_000, _content.Length));
        Assert.Equal(new Holding(Digest, _content.Length, true), await HaveAsync(second));
    }

    [Fact]
    public async Task What_was_staged_in_vain_can_be_discarded()
    {
        await using var agent = await ConnectAsync();
        await PutAsync(agent, 0, 1_000_000);
        Assert.IsType<Done>(await agent.AskAsync(new Discard([Digest])));
        Assert.Equal(new Holding(Digest, 0, false), await HaveAsync(agent));
    }

    [Fact]
    public async Task What_nobody_needs_or_asks_for_is_gone_after_a_week()
    {
        await using (var first = await ConnectAsync())
        {
            await PutAsync(first, 0, _content.Length);
        }

        File.SetLastWriteTimeUtc(Path.Combine(_site.State, "staged", Digest.Hex), (TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(8)).UtcDateTime);
        await using var agent = await ConnectAsync();
        Assert.Equal(new Holding(Digest, 0, false), await HaveAsync(agent));
    }

    private async Task<AgentConnection> ConnectAsync()
    {
        var agent = _site.Connect();
        await agent.GreetAsync();
        return agent;
    }

    private Task<AgentAnswer> PutAsync(AgentConnection agent, int from, int to) => agent.AskAsync(new Put(Digest, _content.Length, from), _content[from..to]);

    private async Task<Holding> HaveAsync(AgentConnection agent) => Assert.Single(Assert.IsType<Holdings>(await agent.AskAsync(new Have([Digest]))).Items);

    public void Dispose() => _site.Dispose();
}
