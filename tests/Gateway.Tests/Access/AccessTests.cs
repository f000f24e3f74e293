using System.Net;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Access;

public sealed class AccessTests
{
    [Fact]
    [Trait("promise", "P1")]
    public async Task A_request_is_denied_with_every_reason_and_the_refusal_is_in_the_log()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var asked = Hub.Request(permission: "POA", site: "elsewhere");
        var answer = await hub.AskAsync(asked);
        Assert.Contains(Hospital.Dataset, answer.Problem(HttpStatusCode.Forbidden), StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "purposes", "sites", "countries" }, answer.Rules.ToHashSet());
        var line = answer.Json.GetProperty("reasons").EnumerateArray().First(reason => reason.GetProperty("rule").GetString() == "purposes").GetProperty("line").GetInt32();
        Assert.Equal(4, line);
        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.AccessRequest);
        Assert.Equal(("deny", asked.Id), (entry.Decision, entry.Subjects["request"]));
        Assert.Equal(answer.Rules, (await hub.AskAsync(asked)).Rules);
        Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.AccessRequest);
    }

    [Fact]
    public async Task A_permit_says_what_was_allowed_and_is_signed_by_the_gateway()
    {
        await using var hospital = await Hospital.StartAsync();
        var sealed1 = await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        var view = await hub.PermitAsync(asked);
        var permit = hub.Read(view);
        Assert.Equal((asked.Id, "rosa", asked.Project), (permit.Id, permit.Researcher.Subject, permit.Project));
        Assert.Equal([new PermittedDataset(Hospital.Dataset, 1, sealed1.Manifest)], permit.Datasets);
        Assert.Equal([Hospital.Site], permit.Sites);
        Assert.Equal(asked.Bounds.Trials, permit.Bounds.Trials);
        Assert.Equal("CE 412/2026", permit.Basis.Ethics);
        Assert.Equal(900, permit.LeaseSeconds);
        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.AccessRequest);
        Assert.Equal("allow", entry.Decision);
    }

    [Fact]
    public async Task The_requester_never_approves_and_each_person_counts_once()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, approvals: 2).Replace("organisation: [unito]", "organisation: [unito, saint-brannoch]"));
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        var both = hospital.Token("rosa", "saint-brannoch", Roles.Researcher);
        Assert.Equal(RequestStates.Pending, (await hub.AskAsync(asked, both)).As(ContractsJson.Strict.RequestView).State);
        Assert.Equal(["approvals"], (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Token("rosa", "saint-brannoch", Roles.Reviewer))).Rules);
        Assert.Equal(RequestStates.Pending, (await hospital.ApproveAsync(asked.Id, hospital.Reviewer)).State);
        Assert.Contains("once", (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Reviewer)).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Null((await hub.GetAsync(Routes.Fill(GatewayRoutes.BrokerPermit, asked.Id))).As(ContractsJson.Strict.PermitView).Permit);
        var allowed = await hospital.ApproveAsync(asked.Id, hospital.OtherReviewer);
        Assert.Equal((RequestStates.Allowed, 2), (allowed.State, allowed.Approvals.Count));
        var permit = hub.Read((await hub.GetAsync(Routes.Fill(GatewayRoutes.BrokerPermit, asked.Id))).As(ContractsJson.Strict.PermitView));
        Assert.Equal(["rupert", "ruth"], permit.Approvals.Select(approval => approval.Subject));
        Assert.Equal(2, (await hospital.LogAsync()).Count(entry => entry.Act == Acts.AccessApprove && entry.Comment == "looked at it"));
    }

    [Fact]
    public async Task A_decision_needs_a_comment_a_role_and_the_right_organisation()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, approvals: 1));
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        await hub.AskAsync(asked);
        (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Reviewer, " ")).Problem(HttpStatusCode.BadRequest);
        Assert.Equal(["approvals"], (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Steward)).Rules);
        (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Token("eve", "elsewhere", Roles.Reviewer))).Problem(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Researcher)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Token("rupert", "saint-brannoch", Roles.Reviewer, "request read"))).Status);
        Assert.Equal(RequestStates.Pending, (await hospital.RequestAsync(asked.Id, hospital.Reviewer)).State);
    }

    [Fact]
    public async Task A_denied_request_stays_denied_with_its_comment()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, approvals: 1));
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        await hub.AskAsync(asked);
        (await hospital.DecideAsync(GatewayRoutes.Deny, asked.Id, hospital.Reviewer, "not this project")).As(ContractsJson.Strict.RequestView);
        var view = await hospital.RequestAsync(asked.Id, hospital.Researcher);
        Assert.Equal((RequestStates.Denied, "not this project"), (view.State, view.Approvals[0].Comment));
        (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.OtherReviewer)).Problem(HttpStatusCode.Conflict);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task An_approval_decides_on_the_policy_as_it_is_now()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, approvals: 1));
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        await hub.AskAsync(asked);
        await hospital.ReplacePolicyAsync(Policies.For(Hospital.Dataset, approvals: 1, epochs: 1));
        var view = await hospital.ApproveAsync(asked.Id, hospital.Reviewer);
        Assert.Equal(RequestStates.Denied, view.State);
        Assert.Contains(view.Reasons, reason => reason is { Rule: "limits", Effect: "deny" });
    }

    [Fact]
    public async Task An_id_that_names_another_request_is_refused()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        await hub.AskAsync(asked);
        (await hub.AskAsync(asked with { Project = "another" })).Problem(HttpStatusCode.Conflict);
        (await hub.AskAsync(asked, hospital.Token("otto", "unito", Roles.Researcher))).Problem(HttpStatusCode.Conflict);
        (await hub.AskAsync(asked with { Id = "no-uuid" })).Problem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Nobody_sees_what_is_none_of_their_business()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var asked = Hub.Request();
        await hub.AskAsync(asked);
        var path = Routes.Fill(GatewayRoutes.Request, asked.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync(path, hospital.Token("otto", "unito", Roles.Researcher))).Status);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(path, hospital.Token("rosa", "unito", Roles.Researcher, "read"))).Status);
        var mine = (await hospital.GetAsync(GatewayRoutes.Requests, hospital.Token("otto", "unito", Roles.Researcher))).As(ContractsJson.Strict.IReadOnlyListRequestView);
        Assert.Empty(mine);
        Assert.Single((await hospital.GetAsync(GatewayRoutes.Requests, hospital.Reviewer)).As(ContractsJson.Strict.IReadOnlyListRequestView));
    }

    [Fact]
    public async Task There_is_no_access_before_a_version_is_sealed()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        Assert.Contains("version", (await new Hub(hospital).AskAsync(Hub.Request())).Rules);
        (await new Hub(hospital).AskAsync(Hub.Request(dataset: "nowhere"))).Problem(HttpStatusCode.NotFound);
        (await new Hub(hospital).AskAsync(Hub.Request(version: 3))).Problem(HttpStatusCode.NotFound);
    }
}
