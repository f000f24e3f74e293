using System.Net;
using System.Net.Http.Headers;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Brokers;

public sealed class PartTests
{
    [Fact]
    public async Task A_permit_fetches_the_parts_of_its_version_whole_and_in_ranges()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        foreach (var part in hub.Manifest(permit).Parts())
        {
            var body = (await hub.PartAsync(permit, part.Id)).Body;
            Assert.Equal(part.Ciphertext, Sha256Digest.Of(body));
            var rest = await RangeAsync(hospital, hub, permit, part.Id, new(100, null));
            Assert.Equal((HttpStatusCode.PartialContent, Sha256Digest.Of(body.AsSpan(100))), (rest.Status, Sha256Digest.Of(rest.Body)));
            Assert.Equal(body[5..16], (await RangeAsync(hospital, hub, permit, part.Id, new(5, 15))).Body);
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await RangeAsync(hospital, hub, permit, part.Id, new(part.CiphertextBytes, null))).Status);
        }

        var served = (await hospital.LogAsync()).Where(entry => entry.Act == Acts.PartServe).ToList();
        Assert.Equal(hub.Manifest(permit).Parts().Count(), served.Count);
        Assert.All(served, entry => Assert.Equal("allow", entry.Decision));
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Nothing_is_served_without_a_standing_permit_for_that_very_version()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        await hospital.SealPhantomsAsync(dataset: "other");
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var path = hub.PartPath(permit, "shard-00000");
        var id = hub.Read(permit).Id;
        Assert.Equal(["permit"], (await hub.GetAsync(path.Replace(id, Guid.NewGuid().ToString()))).Rules);
        Assert.Equal(["permit"], (await hub.GetAsync(path.Replace(Hospital.Dataset, "other"))).Rules);
        Assert.Equal(["permit"], (await hub.GetAsync(path.Replace("/versions/1/", "/versions/2/"))).Rules);
        (await hub.GetAsync(path.Replace("shard-00000", "shard-00099"))).Problem(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.BadRequest, (await hub.GetAsync(path[..path.IndexOf('?')])).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync(path, hospital.Researcher)).Status);

        await hospital.RevokeAsync(id);
        Assert.Equal(["revoked"], (await hub.GetAsync(path)).Rules);
        Assert.Contains(await hospital.LogAsync(), entry => entry is { Act: Acts.PartServe, Decision: "deny" });
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Nothing_is_served_after_the_permit_has_run_out()
    {
        await using var hospital = await Hospital.StartAsync();
        var soon = hospital.Clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd");
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, expires: soon));
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        hospital.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(["expired"], (await hub.PartAsync(permit, "shard-00000")).Rules);
        Assert.Equal(RequestStates.Expired, (await hospital.RequestAsync(hub.Read(permit).Id, hospital.Researcher)).State);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-5)]
    public async Task A_shard_altered_in_the_store_is_never_served_whole_and_the_log_says_so(int at)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 60);
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var part = hub.Manifest(permit).Shards[0];
        var file = Path.Combine(hospital.State, "blobs", "bodies", Hospital.Dataset, part.Id);
        var bytes = await File.ReadAllBytesAsync(file);
        Assert.True(bytes.Length > 200_000);
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        await Assert.ThrowsAsync<HttpRequestException>(() => hub.PartAsync(permit, part.Id));
        (await RangeAsync(hospital, hub, permit, part.Id, new(bytes.Length - 10, null))).Problem(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(2, (await hospital.LogAsync()).Count(entry => entry.Act == Acts.PartAltered && entry.Subjects["part"] == part.Id));
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task A_permit_is_of_no_use_to_another_registered_broker()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        string RivalToken() => hub.BrokerToken(parts => (parts.Issuer, parts.Key) = ("rival", hospital.RivalKey));
        Assert.Equal(["broker"], (await hospital.GetAsync(Routes.Fill(GatewayRoutes.BrokerPermit, hub.Read(permit).Id), RivalToken())).Rules);
        Assert.Equal(["broker"], (await hospital.GetAsync(hub.PartPath(permit, "shard-00000"), RivalToken())).Rules);
        Assert.Contains(await hospital.LogAsync(), entry => entry is { Act: Acts.PartServe, Decision: "deny", Actor: "broker:rival" });
        var theirs = StatementKinds.Job.Sign(hub.Job(permit).Value with { Broker = hospital.RivalKey.Public.Id }, hospital.RivalKey);
        using var holder = PrivateKey.Generate();
        var keys = await hospital.PostAsync(
            GatewayRoutes.BrokerKeys, RivalToken(), new KeyExchange(theirs.Compact, hub.KeyRequest(theirs, holder).Compact), ContractsJson.Strict.KeyExchange);
        Assert.Contains("broker", keys.Rules);
        Assert.Equal(HttpStatusCode.OK, (await hub.PartAsync(permit, "shard-00000")).Status);
    }

    [Fact]
    public async Task An_altered_header_gives_no_keys_and_the_log_says_so()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var job = hub.Job(await hub.PermitAsync());
        var file = Path.Combine(hospital.State, "blobs", "headers", Hospital.Dataset, "shard-00000");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        using var holder = PrivateKey.Generate();
        (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder))).Problem(HttpStatusCode.ServiceUnavailable);
        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.PartAltered);
        Assert.Equal((Hospital.Dataset, "shard-00000"), (entry.Subjects["dataset"], entry.Subjects["part"]));
    }

    [Fact]
    public async Task A_small_part_that_was_altered_is_a_problem_that_names_it()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var file = Path.Combine(hospital.State, "blobs", "bodies", Hospital.Dataset, "labels-1");
        await File.AppendAllTextAsync(file, "x");
        Assert.Contains("altered", (await hub.PartAsync(permit, "labels-1")).Problem(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("gone", (await hub.PartAsync(permit, "labels-1")).Problem(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
    }

    private static async Task<Answer> RangeAsync(Hospital hospital, Hub hub, PermitView permit, string part, RangeItemHeaderValue range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, hub.PartPath(permit, part));
        request.Headers.Authorization = new("Bearer", hub.BrokerToken());
        request.Headers.Range = new(range.From, range.To);
        using var answer = await hospital.Http.SendAsync(request);
        return new(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }
}
