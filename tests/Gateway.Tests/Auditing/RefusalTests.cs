using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Auditing;

/// <summary>Every decision is in the log, both ways: whatever an act is refused for.</summary>
[Trait("promise", "P7")]
public sealed class RefusalTests
{
    [Fact]
    public async Task Refused_requests_are_in_the_log()
    {
        await using var hospital = await Hospital.StartAsync();
        var hub = new Hub(hospital);
        var nowhere = Hub.Request(dataset: "nowhere");
        (await hub.AskAsync(nowhere)).Problem(HttpStatusCode.NotFound);
        var entry = await RefusedAsync(hospital, Acts.AccessRequest, "unknown");
        Assert.Equal(("nowhere", nowhere.Id), (entry.Subjects["dataset"], entry.Subjects["request"]));
        (await hub.AskAsync(nowhere with { Id = "no\nuuid" + new string('x', 500) })).Problem(HttpStatusCode.BadRequest);
        Assert.StartsWith("no?uuidxxx", (await RefusedAsync(hospital, Acts.AccessRequest, "invalid")).Subjects["request"], StringComparison.Ordinal);
        Assert.All(await hospital.LogAsync(), logged => Assert.All(logged.Subjects.Values, name => Assert.InRange(name.Length, 1, 100)));
    }

    [Fact]
    public async Task Refused_work_of_stewards_is_in_the_log_and_nothing_of_its_content()
    {
        await using var hospital = await Hospital.StartAsync();
        (await CreateAsync(hospital, hospital.Steward, "dataset: [MRN-77812")).Problem(HttpStatusCode.BadRequest);
        await RefusedAsync(hospital, Acts.DatasetCreate, "invalid");
        await hospital.CreateAsync();
        (await CreateAsync(hospital, hospital.Steward)).Problem(HttpStatusCode.Conflict);
        await RefusedAsync(hospital, Acts.DatasetCreate, "conflict");
        var stranger = hospital.Token("sven", "elsewhere", Roles.Steward);
        var policy = Routes.Fill(GatewayRoutes.Policy, Hospital.Dataset);
        (await hospital.SendAsync(HttpMethod.Put, policy, stranger, new ReplacePolicy(Policies.For(Hospital.Dataset)), ContractsJson.Strict.ReplacePolicy)).Problem(HttpStatusCode.Forbidden);
        await RefusedAsync(hospital, Acts.DatasetPolicy, "steward");
        (await hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.Withdraw, Hospital.Dataset), stranger)).Problem(HttpStatusCode.Forbidden);
        await RefusedAsync(hospital, Acts.DatasetWithdraw, "steward");
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()]);
        (await hospital.LabelAsync("patient", [new("MRN-77812", "1", null)])).Problem(HttpStatusCode.BadRequest);
        await RefusedAsync(hospital, Acts.DatasetLabel, "unmatched");
        (await hospital.SealAsync()).Problem(HttpStatusCode.Conflict);
        await RefusedAsync(hospital, Acts.DatasetSeal, "conflict");
        var log = string.Join('\n', (await hospital.LogAsync()).Select(logged => logged.ToString() + string.Join(',', logged.Reasons) + string.Join(',', logged.Subjects)));
        Assert.DoesNotContain("77812", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_deciders_are_in_the_log_and_decided_nothing()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, approvals: 1));
        var asked = Hub.Request();
        await new Hub(hospital).AskAsync(asked);
        Assert.Equal(["approvals"], (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Steward)).Rules);
        Assert.Equal(asked.Id, (await RefusedAsync(hospital, Acts.AccessApprove, "approvals")).Subjects["request"]);
        (await hospital.DecideAsync(GatewayRoutes.Deny, asked.Id, hospital.Token("eve", "elsewhere", Roles.Reviewer))).Problem(HttpStatusCode.NotFound);
        await RefusedAsync(hospital, Acts.AccessDeny, "unknown");
        (await hospital.DecideAsync(GatewayRoutes.Revoke, asked.Id, hospital.Steward, " ")).Problem(HttpStatusCode.BadRequest);
        await RefusedAsync(hospital, Acts.AccessRevoke, "invalid");
        Assert.Equal(RequestStates.Pending, (await hospital.RequestAsync(asked.Id, hospital.Reviewer)).State);
    }

    [Fact]
    public async Task Refused_statements_of_jobs_are_in_the_log()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var job = await hub.StartAsync(await hub.PermitAsync());
        var other = await hub.StartAsync(await hub.PermitAsync());
        using var forger = SigningKey.Create();
        var forged = StatementKinds.Progress.Sign(hub.Progress(job, 1).Value, forger);
        Assert.Equal(["statement"], (await hub.ReportAsync(job, forged)).Rules);
        Assert.Equal(job.Digest.ToString(), (await RefusedAsync(hospital, Acts.JobProgress, "statement")).Subjects["job"]);
        var receipt = new PurgeReceipt(1, Hospital.Site, other.Digest, [], [], hospital.Clock.GetUtcNow());
        Assert.Equal(["job"], (await HandInAsync(hospital, hub, job, StatementKinds.PurgeReceipt.Sign(receipt, hospital.AgentKey))).Rules);
        await RefusedAsync(hospital, Acts.JobReceipt, "job");
        Assert.Equal(["statement"], (await HandInAsync(hospital, hub, job, StatementKinds.PurgeReceipt.Sign(receipt, forger))).Rules);
        await RefusedAsync(hospital, Acts.JobReceipt, "statement");
    }

    [Fact]
    public async Task A_refusal_that_a_crash_cut_short_is_never_completed()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var refused = Attempt.At(Acts.DatasetWithdraw, "person:test#sven", ("dataset", Hospital.Dataset)).Refused(new Refusal.Conflict("not now"));
        await hospital.Services.GetRequiredService<AuditLog>().AppendAsync(refused.ToAuditEntry(hospital.Clock.GetUtcNow()), CancellationToken.None);
        await hospital.RestartAsync();
        var entry = (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Dataset, Hospital.Dataset), hospital.Steward)).As(ContractsJson.Strict.DatasetEntry);
        Assert.Equal(DatasetStates.Open, entry.State);
    }

    [Fact]
    public async Task What_concerns_the_whole_gateway_is_for_its_own_people()
    {
        await using var hospital = await Hospital.StartAsync();
        var policy = Policies.For(Hospital.Dataset).Replace("saint-brannoch", "elsewhere", StringComparison.Ordinal);
        Assert.Equal(["organisation"], (await CreateAsync(hospital, hospital.Token("sven", "elsewhere", Roles.Steward), policy)).Rules);
        await RefusedAsync(hospital, Acts.DatasetCreate, "organisation");
        Assert.Equal(["organisation"], (await hospital.GetAsync("/audit/checkpoint", hospital.Token("adam", "elsewhere", Roles.Auditor))).Rules);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync("/audit/checkpoint", hospital.Auditor)).Status);
    }

    private static Task<Answer> CreateAsync(Hospital hospital, string token, string? policy = null) => hospital.PostAsync(
        GatewayRoutes.Datasets, token,
        new CreateDataset(Hospital.Dataset, "Chest CT", "", policy ?? Policies.For(Hospital.Dataset)), ContractsJson.Strict.CreateDataset);

    private static Task<Answer> HandInAsync(Hospital hospital, Hub hub, Statement<Job> job, Statement<PurgeReceipt> receipt) => hospital.PostAsync(
        GatewayRoutes.BrokerReceipts, hub.BrokerToken(), new ReceiptSubmission(job.Compact, receipt.Compact), ContractsJson.Strict.ReceiptSubmission);

    /// <summary>The last entry, which is this refusal's.</summary>
    private static async Task<Contracts.Audit.AuditEntry> RefusedAsync(Hospital hospital, string act, string rule)
    {
        var last = (await hospital.LogAsync())[^1];
        Assert.Equal((act, "deny", rule), (last.Act, last.Decision, last.Reasons[0].Rule));
        return last;
    }
}
