using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

/// <summary>The one path at a site, and what a trainer may make of it.</summary>
public sealed class JobTests
{
    private const string Copies = """
        echo '{"v":1,"epoch":1,"step":4,"values":{"loss":0.5,"accuracy":0.75}}'
        cat /data/labels.jsonl > /out/model.safetensors
        head -c 26 /data/shard-00001.tar >> /out/model.safetensors
        grep -o '"precision":"[a-z0-9]*"' /job.json | sed 's/.*/{&}/' > /out/metrics.json
        """;

    [Fact]
    [Trait("promise", "P6")]
    public async Task A_good_trainer_sees_the_data_and_its_results_come_back_sealed_to_the_gateway()
    {
        await using var trial = await Trial.OfScriptAsync(Copies);
        var bundle = await trial.FinishesAsync();
        Assert.Equal("{\"precision\":\"f32\"}\n", await trial.ResultAsync("metrics", bundle.Metrics));
        Assert.Equal($"{TestGateway.Marker} labels{TestGateway.Marker} 1", await trial.ResultAsync("model", bundle.Model));
        Assert.Equal((trial.Job.Digest, trial.Job.Value.Trainer), (bundle.Job, bundle.Trainer));
        Assert.Equal(Sha256Digest.Of(CanonicalJson.Serialize(trial.Job.Value.Spec)), bundle.Spec);

        var status = await trial.Agent.PollAsync(trial.Job.Digest);
        var progress = StatementKinds.Progress.Verify(Assert.Single(status.Progress), trial.Site.AgentKey.Public).Value;
        Assert.Equal((1, 1, 4, 0.5), (progress.Sequence, progress.Epoch, progress.Step, progress.Values["loss"]));
        Assert.Empty((await trial.Agent.PollAsync(trial.Job.Digest, after: 1)).Progress);
    }

    [Theory]
    [InlineData("classify", 1, "weights that the site's admin has looked at", null)]
    [InlineData("classify", 1, "other weights under the same name", JobFailures.SiteRefused)]
    [InlineData("evaluate", 1000, "weights that the site's admin has looked at", null)]
    public async Task A_job_starts_from_installed_weights_only_where_they_are_those_of_their_digest(
        string task, int leastSteps, string installed, string? failure)
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        var digest = Sha256Digest.Of("weights that the site's admin has looked at"u8);
        await using var trial = await Trial.SubmitAsync(
            site =>
            {
                var trainer = site.AddShellTrainer($"{TestSite.MetricsAndModel}cat /data/weights/{digest.Hex}.safetensors > /out/model.safetensors");
                site.Write($"weights/{digest.Hex}.safetensors", installed);
                site.WriteFile("weights: weights");
                return trainer;
            },
            permit => permit with
            {
                Bounds = permit.Bounds with { InitialWeights = [digest] },
                Minima = permit.Minima with { Steps = leastSteps },
            },
            job => job with { Spec = TestGateway.Spec($$"""{"v":1,"task":"{{task}}","label":"covid","network":"resnet18","epochs":3,"batch":4,"initial_weights":"{{digest}}"}""") });
        if (failure is not null)
        {
            await trial.FailsAsync(failure);
            return;
        }

        Assert.Equal(installed, await trial.ResultAsync("model", (await trial.FinishesAsync()).Model));
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task The_key_request_binds_job_permit_measured_trainer_and_isolation_and_comes_only_once_the_job_runs()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        await trial.FinishesAsync();
        var request = Assert.Single(trial.Requests).Value;
        var permit = StatementKinds.Permit.Verify(trial.Job.Value.Permits[0], trial.Site.GatewayKey.Public);
        Assert.Equal((trial.Job.Digest, permit.Digest, trial.Job.Value.Trainer, 0), (request.Job, request.Permit, request.Trainer, request.Sequence));
        Assert.StartsWith(IsolationWays.Bubblewrap, request.Isolation, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(request.PublicKey).Length);
    }

    [Theory]
    [InlineData("exit 1", JobFailures.TrainerCrashed)]
    [InlineData("kill -SEGV $$", JobFailures.TrainerCrashed)]
    [InlineData("exit 31", JobFailures.Diverged)]
    [InlineData("exit 20", JobFailures.BadData)]
    [InlineData("true", JobFailures.OutputMissing)]
    [InlineData("echo '{}' > /out/metrics.json", JobFailures.OutputMissing)]
    [InlineData(TestSite.MetricsAndModel + "echo scan > /out/scan.npy", JobFailures.OutputStray)]
    [InlineData(TestSite.MetricsAndModel + "mkdir /out/more", JobFailures.OutputStray)]
    [InlineData(TestSite.MetricsAndModel + "rm /out/model.safetensors; ln -s /data/labels.jsonl /out/model.safetensors", JobFailures.OutputStray)]
    [InlineData(TestSite.MetricsAndModel + "rm /out/model.safetensors; mkfifo /out/model.safetensors", JobFailures.OutputStray)]
    [InlineData(TestSite.MetricsAndModel + "head -c 1000001 /dev/zero > /out/model.safetensors", JobFailures.OutputTooLarge)]
    [InlineData(TestSite.MetricsAndModel + "truncate -s 1T /out/model.safetensors", JobFailures.OutputTooLarge)]
    [InlineData(TestSite.MetricsAndModel + "echo '{\"loss\":NaN}' > /out/metrics.json", JobFailures.Diverged)]
    [InlineData(TestSite.MetricsAndModel + "echo 'patient 7' > /out/metrics.json", JobFailures.OutputMissing)]
    [Trait("promise", "P6")]
    public async Task A_trainer_that_fails_or_leaves_something_else_ends_in_a_failure_of_the_closed_list(string script, string failure)
    {
        await using var trial = await Trial.OfScriptAsync(script);
        await trial.FailsAsync(failure);
        Assert.Equal(AgentRefusals.NotFinished, (await trial.Agent.RefusedAsync(new Fetch(trial.Job.Digest, "model", 0))).Code);
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task Only_declared_numbers_leave_a_running_job_and_no_more_than_the_permit_has()
    {
        await using var trial = await Trial.OfScriptAsync(
            $$$"""
            echo 'a scan in words'
            echo '{"v":1,"epoch":1,"step":1,"values":{"hounsfield":-1000}}'
            echo '{"v":1,"epoch":1,"step":1,"values":{"loss":0.5},"pixels":"AAAA"}'
            echo '{"v":1,"epoch":1,"step":1,"values":{"loss":NaN}}'
            echo '{"v":1,"epoch":1,"step":1,"values":{}}'
            head -c 100000 /dev/zero; echo
            echo '{"v":1,"epoch":1,"step":1,"values":{"loss":1,"accuracy":0.1}}'
            echo '{"v":1,"epoch":1,"step":2,"values":{"loss":7}}'
            echo '{"v":1,"epoch":999,"step":3,"values":{"loss":7}}'
            echo '{"v":1,"epoch":2,"step":3,"values":{"loss":0.9,"accuracy":0.2}}'
            echo '{"v":1,"epoch":3,"step":4,"values":{"loss":0.8}}'
            echo scan >&2
            {{{TestSite.MetricsAndModel}}}
            """,
            permit => permit with { Bounds = permit.Bounds with { ProgressValues = 3 } });
        await trial.FinishesAsync();
        var status = await trial.Agent.PollAsync(trial.Job.Digest);
        var said = status.Progress.Select(p => StatementKinds.Progress.Verify(p, trial.Site.AgentKey.Public).Value).ToArray();
        Assert.Equal([(1, 1, 2), (2, 3, 1)], said.Select(p => (p.Sequence, p.Epoch, p.Values.Count)));
    }

    [Fact]
    public async Task A_training_below_the_permits_steps_gets_no_keys()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel, permit => permit with { Minima = permit.Minima with { Steps = 13 } });
        await trial.FailsAsync(JobFailures.BelowMinima);
        Assert.Empty(trial.Requests);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_trainer_altered_after_it_was_offered_gets_no_keys()
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        using var site = new TestSite();
        using var gateway = await TestGateway.CreateAsync(site);
        var job = gateway.Sign(gateway.Job(gateway.Permit(site.AddShellTrainer(TestSite.MetricsAndModel))));
        await using var trial = new Trial(site, gateway, site.Connect(), job);
        await trial.Agent.GreetAsync();
        await gateway.StageAsync(trial.Agent);
        site.Write("trainer-0/train.sh", TestSite.Shell("cat /data/* > /out/model.safetensors"), TestSite.Program);
        Assert.IsType<Accepted>(await trial.Agent.AskAsync(new Submit(job.Compact)));
        await trial.FailsAsync(JobFailures.TrainerChanged);
        Assert.Empty(trial.Requests);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_ciphertext_altered_on_the_sites_disk_fails_the_job_before_the_trainer_starts_and_is_asked_for_again()
    {
        await using var trial = await Trial.OfScriptAsync("cat /data/* > /out/model.safetensors; echo {} > /out/metrics.json");
        var damaged = trial.Gateway.Parts[1].Part.Ciphertext;
        trial.Answer = request =>
        {
            var file = Path.Combine(trial.Site.State, "staged", damaged.Hex);
            var bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
            return trial.Gateway.Sign(trial.Gateway.Release(request));
        };
        await trial.FailsAsync(JobFailures.InputDamaged);
        Assert.Equal([damaged], await MissingAsync(trial));

        await trial.Gateway.StageAsync(trial.Agent);
        Assert.Empty(await MissingAsync(trial));
        var permit = StatementKinds.Permit.Verify(trial.Job.Value.Permits[0], trial.Site.GatewayKey.Public).Value;
        var next = new Trial(trial.Site, trial.Gateway, trial.Agent, trial.Gateway.Sign(trial.Gateway.Job(permit)));
        Assert.IsType<Accepted>(await trial.Agent.AskAsync(new Submit(next.Job.Compact)));
        await next.FinishesAsync();
    }

    [Fact]
    public async Task Ciphertexts_that_are_as_they_were_sent_stay_where_only_the_headers_are_wrong()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        trial.Answer = request => trial.Gateway.Sign(trial.Gateway.Release(request) with { Headers = [] });
        await trial.FailsAsync(JobFailures.InputDamaged);
        Assert.Empty(await MissingAsync(trial));
    }

    private static async Task<IEnumerable<Sha256Digest>> MissingAsync(Trial trial) =>
        Assert.IsType<Holdings>(await trial.Agent.AskAsync(new Have([.. trial.Gateway.Parts.Select(p => p.Part.Ciphertext)])))
            .Items.Where(holding => !holding.Complete).Select(holding => holding.Digest);

    [Fact]
    public async Task Without_isolation_a_job_runs_only_where_permit_and_site_both_accept_that()
    {
        using var site = new TestSite { Isolation = "none" };
        await using var trial = await Trial.SubmitAsync(
            s => s.AddShellTrainer("cp $4/labels.jsonl $6/model.safetensors; echo {} > $6/metrics.json; ls -d $6 >> $6/model.safetensors"),
            permit => permit with { Isolation = [IsolationWays.None] },
            site: site);
        var bundle = await trial.FinishesAsync();
        Assert.Equal(IsolationWays.None, bundle.Isolation);
        var model = await trial.ResultAsync("model", bundle.Model);
        Assert.StartsWith($"{TestGateway.Marker} labels/dev/shm/", model, StringComparison.Ordinal);
        Assert.False(Path.Exists($"/dev/shm/scanlock-{trial.Job.Digest.Hex}"), "the job's memory folder must go with it");
    }
}
