using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Audit;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Auditing;

[Trait("promise", "P7")]
public sealed class AuditedActTests
{
    [Fact]
    public async Task An_act_is_in_the_log_when_its_effect_can_be_seen()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var entry = Assert.Single(await hospital.LogAsync());
        Assert.Equal((Acts.DatasetCreate, Hospital.Dataset), (entry.Act, entry.Subjects["dataset"]));
        Assert.EndsWith("#stella", entry.Actor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_done_while_the_log_cannot_be_written()
    {
        await using var hospital = await Hospital.StartAsync();
        using (Broken.Folder(Path.Combine(hospital.State, "audit")))
        {
            var answer = await hospital.PostAsync(
                GatewayRoutes.Datasets, hospital.Steward,
                new CreateDataset(Hospital.Dataset, "Chest CT", "", Policies.For(Hospital.Dataset)), ContractsJson.Strict.CreateDataset);
            Assert.Contains("audit log cannot be written", answer.Problem(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.Empty((await hospital.GetAsync(GatewayRoutes.Datasets, hospital.Steward)).As(ContractsJson.Strict.IReadOnlyListDatasetEntry));
        }

        await hospital.CreateAsync();
        Assert.Equal([Acts.DatasetCreate], (await hospital.LogAsync()).Select(entry => entry.Act));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task An_entry_whose_effect_a_crash_prevented_is_abandoned_at_the_next_start()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var lost = await AppendAsync(hospital, Acts.DatasetSeal, ("dataset", Hospital.Dataset));
        await hospital.RestartAsync();
        var abandoned = Assert.Single(await hospital.LogAsync(), entry => entry.Act == Acts.EntryAbandoned);
        Assert.Equal(lost.Id, abandoned.Subjects["entry"]);

        await hospital.RestartAsync();
        Assert.Single(await hospital.LogAsync(), entry => entry.Act == Acts.EntryAbandoned);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_withdrawal_that_a_crash_cut_short_is_completed_at_the_next_start()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 2);
        await AppendAsync(hospital, Acts.DatasetWithdraw, ("dataset", Hospital.Dataset));
        await hospital.RestartAsync();
        Assert.DoesNotContain(await hospital.LogAsync(), entry => entry.Act == Acts.EntryAbandoned);
        var entry = (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Dataset, Hospital.Dataset), hospital.Steward)).As(ContractsJson.Strict.DatasetEntry);
        Assert.Equal(DatasetStates.Withdrawn, entry.State);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "headers", Hospital.Dataset)));
    }

    [Fact]
    public async Task The_log_is_served_to_auditors_only_and_verifies()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.GetAsync("/audit/checkpoint", null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync("/audit/checkpoint", hospital.Steward)).Status);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync("/audit/checkpoint", hospital.Auditor)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync("/audit/.journal", hospital.Auditor)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync("/audit/..%2Fgateway.db", hospital.Auditor)).Status);
        var identity = (await hospital.GetAsync(GatewayRoutes.Identity, null)).As(ContractsJson.Strict.GatewayIdentity);
        Assert.Equal(identity.LogKey, (await hospital.GetAsync("/audit/log.vkey", hospital.Auditor)).Text.Trim());
        var checkpoint = await new LogReader(new DirectoryTiles(Path.Combine(hospital.State, "audit"))).CheckpointAsync(CancellationToken.None);
        Assert.True(checkpoint.IsSignedBy(VerifierKey.Parse(identity.LogKey), out _));
    }

    /// <summary>What a process leaves that dies between log and database.</summary>
    private static async Task<AuditEntry> AppendAsync(Hospital hospital, string act, params (string Kind, string Id)[] subjects)
    {
        var entry = new Entry(act, "person:test#stella") { Subjects = subjects.ToDictionary(subject => subject.Kind, subject => subject.Id) }
            .ToAuditEntry(hospital.Clock.GetUtcNow());
        await hospital.Services.GetRequiredService<AuditLog>().AppendAsync(entry, CancellationToken.None);
        return entry;
    }
}
