using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Results;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Results;

[Trait("promise", "P6")]
public sealed class ResultTests
{
    private const long Model = 60_000_000;

    [Fact]
    public async Task Metrics_go_to_the_broker_at_once_and_the_model_stays_until_it_was_asked_for_and_reviewed()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model, reviews: 2));
        var view = (await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync)).As(ContractsJson.Strict.ResultView);
        Assert.Equal((ResultStates.Released, ResultStates.Held), (view.Metrics, view.Model));
        Assert.NotEmpty(view.Checks);
        Assert.All(view.Checks, check => Assert.Matches("^(checked for|written anew)", check));
        var metrics = await hub.GetAsync(Fill(GatewayRoutes.BrokerResultMetrics, job));
        Assert.Equal(0.8, Wire.Read(metrics.Body, ContractsJson.Strict.TrialMetrics).Final!.Accuracy);
        await AssertNotOutAsync(hospital, hub, job, "held");

        var asked = (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).As(ContractsJson.Strict.RequestView);
        Assert.Equal(("release", RequestStates.Pending, 2), (asked.Kind, asked.State, asked.ApprovalsNeeded));
        var again = (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).As(ContractsJson.Strict.RequestView);
        Assert.Equal(asked.Id, again.Id);
        await AssertNotOutAsync(hospital, hub, job, "review");
        Assert.Equal(RequestStates.Pending, (await hospital.ApproveAsync(asked.Id, hospital.Reviewer)).State);
        (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Reviewer)).Problem(HttpStatusCode.Conflict);
        await AssertNotOutAsync(hospital, hub, job, "review");
        Assert.Equal(RequestStates.Allowed, (await hospital.ApproveAsync(asked.Id, hospital.OtherReviewer)).State);
        Assert.Equal(HttpStatusCode.OK, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultModel, job))).Status);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(Fill(GatewayRoutes.ResultModel, job), hospital.Researcher)).Status);

        var ledger = await LedgerAsync(hospital);
        Assert.Equal(["metrics", "model"], ledger.Select(exit => exit.Exit));
        Assert.Equal(
            [Acts.JobResult, Acts.ResultRequest, Acts.ResultApprove, Acts.ResultApprove, Acts.ResultApprove],
            (await hospital.LogAsync()).Select(entry => entry.Act).Where(act => act.StartsWith("result.", StringComparison.Ordinal) || act == Acts.JobResult));
    }

    [Fact]
    [Trait("promise", "P12")]
    public async Task A_released_model_names_all_it_takes_to_make_it_again()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model, reviews: 0));
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync);
        var asked = (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).As(ContractsJson.Strict.RequestView);
        Assert.Equal(RequestStates.Allowed, asked.State);
        var model = (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultModel, job))).Body;
        var view = (await hub.GetAsync(Fill(GatewayRoutes.BrokerResult, job))).As(ContractsJson.Strict.ResultView);
        Assert.Equal((ResultStates.Released, (long?)model.Length), (view.Model, view.ModelBytes));
        var metadata = JsonDocument.Parse(model.AsMemory(8, (int)BitConverter.ToInt64(model))).RootElement.GetProperty("__metadata__");
        Assert.Equal(Hospital.Dataset, metadata.GetProperty("scanlock.dataset").GetString());
        Assert.Equal("1", metadata.GetProperty("scanlock.version").GetString());
        Assert.Equal(Policies.Trainer.ToString(), metadata.GetProperty("scanlock.trainer").GetString());
        Assert.Equal(Policies.Runtime.ToString(), metadata.GetProperty("scanlock.runtime").GetString());
        Assert.Equal("7", metadata.GetProperty("scanlock.seed").GetString());
        Assert.Equal(job.Digest.ToString(), metadata.GetProperty("scanlock.job").GetString());
        var spec = metadata.GetProperty("scanlock.spec").GetString()!;
        Assert.Equal(Sha256Digest.Of(CanonicalJson.Serialize(job.Value.Spec)), Sha256Digest.Of(Encoding.UTF8.GetBytes(spec)));

        // The weights are the gate's, byte for byte, and any reader of the format takes the file.
        var plain = await Trainings.ModelAsync;
        Assert.True(model.AsSpan()[^1_000_000..].SequenceEqual(plain.AsSpan()[^1_000_000..]));
        var reader = await SafetensorsReader.OpenAsync(new MemoryStream(model), new(), CancellationToken.None);
        Assert.Equal(122, reader.Tensors.Count);
    }

    [Fact]
    public async Task What_the_gate_refuses_never_leaves_and_the_reasons_are_on_record()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var poisoned = (byte[])(await Trainings.ModelAsync).Clone();
        BitConverter.GetBytes(float.NaN).CopyTo(poisoned, poisoned.Length - 4000);
        var view = (await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), poisoned)).As(ContractsJson.Strict.ResultView);
        Assert.Equal((ResultStates.Released, ResultStates.Refused), (view.Metrics, view.Model));
        Assert.Contains(view.Reasons, reason => reason is { Rule: "gate", Effect: "deny" });
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultModel, job))).Status);
        Assert.Contains(Assert.Single(await hospital.LogAsync(), entry => entry.Act == Acts.JobResult).Reasons, reason => reason.Rule == "gate");
        Assert.DoesNotContain(await LedgerAsync(hospital), exit => exit.Exit == "model");
        Assert.False(File.Exists(Path.Combine(hospital.State, "blobs", "results", job.Digest.Hex, "gated-model")));
    }

    [Theory]
    [InlineData("""{"loss": 1}""")]
    [InlineData("not json")]
    public async Task Metrics_that_do_not_fit_their_schema_stay_and_the_model_with_them(string metrics)
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var view = (await hub.FinishAsync(hospital, job, Encoding.UTF8.GetBytes(metrics), await Trainings.ModelAsync)).As(ContractsJson.Strict.ResultView);
        Assert.Equal((ResultStates.Refused, ResultStates.Refused), (view.Metrics, view.Model));
        Assert.Equal(HttpStatusCode.Forbidden, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultMetrics, job))).Status);
    }

    [Fact]
    public async Task Metrics_that_the_policy_wants_reviewed_wait_for_a_reviewer_who_may_see_them()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model, metrics: "review"));
        var view = (await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync)).As(ContractsJson.Strict.ResultView);
        Assert.Equal(ResultStates.Review, view.Metrics);
        Assert.Equal(HttpStatusCode.Forbidden, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultMetrics, job))).Status);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(Fill(GatewayRoutes.ResultMetrics, job), hospital.Reviewer)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(Fill(GatewayRoutes.ResultMetrics, job), hospital.Researcher)).Status);
        var request = Assert.Single(
            (await hospital.GetAsync(GatewayRoutes.Requests, hospital.Reviewer)).As(ContractsJson.Strict.IReadOnlyListRequestView), pending => pending.Kind == "metrics");
        Assert.Equal(RequestStates.Allowed, (await hospital.ApproveAsync(request.Id, hospital.Reviewer)).State);
        Assert.Equal(HttpStatusCode.OK, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultMetrics, job))).Status);
        Assert.Equal(["metrics"], (await LedgerAsync(hospital)).Select(exit => exit.Exit));
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_release_is_decided_again_when_it_is_asked_for_and_when_it_is_approved()
    {
        await using var hospital = await Hospital.StartAsync();
        var policy = Policies.For(Hospital.Dataset, maxBytes: Model, reviews: 1);
        var (hub, job) = await RunAsync(hospital, policy);
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync);
        await hospital.ReplacePolicyAsync(Policies.For(Hospital.Dataset, maxBytes: 1000));
        Assert.Equal(["egress"], (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).Rules);
        await hospital.ReplacePolicyAsync(policy);
        var asked = (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).As(ContractsJson.Strict.RequestView);
        await hospital.RevokeAsync(StatementKinds.Permit.ReadUnverified(job.Value.Permits[0]).Value.Id);
        var refused = await hospital.ApproveAsync(asked.Id, hospital.Reviewer);
        Assert.Equal(RequestStates.Denied, refused.State);
        Assert.Contains(refused.Reasons, reason => reason is { Rule: "revoked", Effect: "deny" });
        await AssertNotOutAsync(hospital, hub, job, "refused");
    }

    [Fact]
    public async Task A_reviewer_refuses_and_the_requester_never_reviews()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model, reviews: 1));
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync);
        var stranger = await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), hospital.Token("otto", "unito", Roles.Researcher));
        stranger.Problem(HttpStatusCode.NotFound);
        var asked = (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).As(ContractsJson.Strict.RequestView);
        Assert.Equal(["approvals"], (await hospital.DecideAsync(GatewayRoutes.Approve, asked.Id, hospital.Token("rosa", "saint-brannoch", Roles.Reviewer))).Rules);
        (await hospital.DecideAsync(GatewayRoutes.Deny, asked.Id, hospital.Reviewer)).As(ContractsJson.Strict.RequestView);
        await AssertNotOutAsync(hospital, hub, job, "refused");
    }

    [Fact]
    [Trait("promise", "P4")]
    public async Task A_bundle_that_is_not_this_jobs_or_not_what_was_measured_is_refused()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var part = new SealedPart(Sha256Digest.Of("x"u8), 1);
        var otherTrainer = hub.Bundle(hospital, job, part, part, bundle => bundle with { Trainer = Sha256Digest.Of("another"u8) });
        Assert.Equal(["trainers"], (await hub.SubmitAsync(hospital, job, otherTrainer)).Rules);
        var otherJob = hub.Bundle(hospital, job, part, part, bundle => bundle with { Job = Sha256Digest.Of("another"u8) });
        Assert.Equal(["job"], (await hub.SubmitAsync(hospital, job, otherJob)).Rules);
        using var stranger = SigningKey.Create();
        var forged = StatementKinds.ResultBundle.Sign(hub.Bundle(hospital, job, part, part).Value, stranger);
        Assert.Equal(["statement"], (await hub.SubmitAsync(hospital, job, forged)).Rules);
        (await hub.SubmitAsync(hospital, job, hub.Bundle(hospital, job, part, part))).Problem(HttpStatusCode.Conflict);
        var keyless = hub.Job(await hub.PermitAsync());
        Assert.Equal(["job"], (await hub.SubmitAsync(hospital, keyless, hub.Bundle(hospital, keyless, part, part))).Rules);
        (await hub.PutPartAsync(hospital, keyless.Digest, "model", [1])).Problem(HttpStatusCode.NotFound);
        (await hub.PutPartAsync(hospital, job.Digest, "weights", [1])).Problem(HttpStatusCode.NotFound);
        (await hub.PutPartAsync(hospital, job.Digest, "metrics", new byte[5 << 20])).Problem(HttpStatusCode.BadRequest);
        Assert.Equal(5, (await hospital.LogAsync()).Count(entry => entry is { Act: Acts.JobResult, Decision: "deny" }));
    }

    [Fact]
    public async Task A_part_swapped_on_the_way_is_refused_by_the_bundles_digest()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var view = (await hub.FinishAsync(
            hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync,
            bundle => bundle with { Model = new SealedPart(Sha256Digest.Of("another"u8), bundle.Model.Bytes) })).As(ContractsJson.Strict.ResultView);
        Assert.Equal(ResultStates.Refused, view.Model);
        Assert.Contains(view.Reasons, reason => reason.Sentence.Contains("altered or is another one", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task Handing_in_again_also_after_a_restart_gives_the_same_answer_and_one_entry()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var first = (await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync)).As(ContractsJson.Strict.ResultView);
        await hospital.RestartAsync();
        var second = (await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync)).As(ContractsJson.Strict.ResultView);
        Assert.Equal((first.Metrics, first.Model, first.ModelBytes), (second.Metrics, second.Model, second.ModelBytes));
        Assert.Single(await hospital.LogAsync(), entry => entry.Act == Acts.JobResult);
        Assert.Single(await LedgerAsync(hospital));
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task Withdrawing_destroys_what_was_held_of_results()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync);
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "results", job.Digest.Hex)));
        await hospital.WithdrawAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "results", job.Digest.Hex)));
        Assert.Contains("withdrawn", (await hospital.SendAsync(HttpMethod.Post, Fill(GatewayRoutes.Release, job), Delegated(hospital))).Rules);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task Nothing_more_is_taken_of_a_withdrawn_dataset()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model));
        var part = new SealedPart(Sha256Digest.Of("x"u8), 1);
        await hospital.WithdrawAsync();
        Assert.Contains("withdrawn", (await hub.PutPartAsync(hospital, job.Digest, "metrics", [1])).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(["withdrawn"], (await hub.SubmitAsync(hospital, job, hub.Bundle(hospital, job, part, part))).Rules);
        Assert.Contains(await hospital.LogAsync(), entry => entry is { Act: Acts.JobResult, Decision: "deny" });
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task No_broker_is_shown_in_a_reviewers_name_what_has_not_left()
    {
        await using var hospital = await Hospital.StartAsync();
        var (hub, job) = await RunAsync(hospital, Policies.For(Hospital.Dataset, maxBytes: Model, metrics: "review"));
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(), await Trainings.ModelAsync);
        var path = Fill(GatewayRoutes.ResultMetrics, job);
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(path, hospital.Reviewer)).Status);
        var delegated = hospital.Token("rupert", "saint-brannoch", Roles.Reviewer, "request read");
        (await hospital.GetAsync(path, delegated)).Problem(HttpStatusCode.NotFound);
        Assert.Empty((await hospital.GetAsync(GatewayRoutes.Requests, delegated)).As(ContractsJson.Strict.IReadOnlyListRequestView));
    }

    [Theory]
    [Trait("promise", "P6")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reviewer_sees_regions_of_the_datasets_own_samples_and_no_other_names_reach_anybody(bool known)
    {
        const string Active = """{"v":1,"label":"covid","network":"resnet18","image_size":64,"epochs":2,"batch":8,"bootstrap":0,"dropout":0.5,"active":{"passes":5}}""";
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, maxBytes: Model, metrics: "review"));
        var hub = new Hub(hospital);
        var job = await hub.StartAsync(await hub.PermitAsync(), job => job with { Spec = JsonDocument.Parse(Active).RootElement });
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var sample = known ? (await db.ShardSamples.FirstAsync()).Sample : "written-by-a-trainer";
        var named = Trainings.Metrics with { Active = new(5, 4, [new(sample, 0, 0, 0.5, 0.25)]) };
        await hub.FinishAsync(hospital, job, Trainings.MetricsBytes(named), await Trainings.ModelAsync);

        var seen = Wire.Read((await hospital.GetAsync(Fill(GatewayRoutes.ResultMetrics, job), hospital.Reviewer)).Body, ContractsJson.Strict.TrialMetrics);

        Assert.Equal(known ? sample : null, seen.Active?.Regions.Single().Sample);
        Assert.Equal(known ? [] : ["active"], seen.Withheld.Select(withheld => withheld.Path));
    }

    private static async Task<(Hub Hub, Statement<Job> Job)> RunAsync(Hospital hospital, string policy)
    {
        await hospital.SealPhantomsAsync(policy: policy);
        var hub = new Hub(hospital);
        return (hub, await hub.StartAsync(await hub.PermitAsync()));
    }

    private static async Task AssertNotOutAsync(Hospital hospital, Hub hub, Statement<Job> job, string state)
    {
        Assert.Contains(state, (await hub.GetAsync(Fill(GatewayRoutes.BrokerResultModel, job))).Problem(HttpStatusCode.Forbidden), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(Fill(GatewayRoutes.ResultModel, job), hospital.Researcher)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.GetAsync(Fill(GatewayRoutes.ResultModel, job), hospital.Reviewer)).Status);
    }

    private static async Task<List<LedgerRow>> LedgerAsync(Hospital hospital)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        return await db.Ledger.OrderBy(exit => exit.Id).ToListAsync();
    }

    private static string Fill(string route, Statement<Job> job) => Routes.Fill(route, job.Digest.ToString());

    private static string Delegated(Hospital hospital) => hospital.Token("rosa", "unito", Roles.Researcher, "request read");
}
