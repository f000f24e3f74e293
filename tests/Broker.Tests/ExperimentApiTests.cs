using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Storage;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Tests;

public sealed class ExperimentApiTests
{
    [Fact]
    [Trait("promise", "P11")]
    public async Task Every_fault_of_an_experiment_is_said_at_once_with_its_path()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var spec = World.Spec() with
        {
            Name = "", Gateway = "nowhere", Site = "moon", Version = 0, Seed = -1, Resources = new(0, 1024, 0, 0),
            Trial = JsonSerializer.Deserialize("""{"v":1,"label":"covid","network":"resnet19","epochs":0,"batchsize":3}""", ContractsJson.Strict.JsonElement),
            Bounds = new SpecBounds(0, 11_171_266, 10, 100, []),
        };

        using var answer = await broker.PostAsync(World.Submission("not-a-uuid", spec));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var errors = problem.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!).ToList();
        foreach (var path in new[]
        {
            "id:", "spec.name:", "spec.gateway:", "spec.site:", "spec.version:", "spec.seed:", "spec.resources.cpus:", "spec.resources.minutes:",
            "spec.trial.network:", "spec.trial.epochs:", "spec.trial.batchsize:", "spec.bounds.trials:",
        })
        {
            Assert.Single(errors, error => error.StartsWith(path, StringComparison.Ordinal));
        }

        Assert.Equal(12, errors.Count);
        Assert.Empty(world.Gateway.Requests);
    }

    [Theory]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","epochs":3,"pretraining":{"method":"rotation","epochs":5}}""", 8, 17)]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18","task":"evaluate","initial_weights":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", 1, 0)]
    public async Task The_request_asks_for_the_epochs_of_pre_training_and_none_of_an_evaluation_but_the_least_there_is(string trial, int epochs, int values)
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var spec = World.Spec() with { Trial = JsonSerializer.Deserialize(trial, ContractsJson.Strict.JsonElement) };

        using var tooFew = await broker.PostAsync(World.Submission(spec: spec with { Bounds = new SpecBounds(1, 20_000_000, epochs - 1, 100, []) }));
        await broker.SubmitAsync(World.Submission(spec: spec));

        Assert.Contains($"spec.bounds.epochs: must be at least {epochs}", await tooFew.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var request = Assert.Single(world.Gateway.Requests);
        Assert.Equal((epochs, values), (request.Bounds.Epochs, request.Bounds.ProgressValues));
    }

    [Fact]
    public async Task Handing_the_same_in_twice_makes_one_and_another_spec_under_its_id_is_a_conflict()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();

        using var first = await broker.PostAsync(submission);
        using var second = await broker.PostAsync(submission);
        using var other = await broker.PostAsync(submission with { Spec = World.Spec("another name") });
        using var mallory = await broker.ClientFor("mallory").PostAsJsonAsync(BrokerRoutes.Experiments, submission, ContractsJson.Strict.SubmitExperiment, TestContext.Current.CancellationToken);

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Conflict],
            [first.StatusCode, second.StatusCode, other.StatusCode, mallory.StatusCode]);
        Assert.Single(world.Gateway.Requests);
        Assert.Single(await ListAsync(broker.Client));
    }

    [Fact]
    public async Task The_request_asks_for_just_what_the_trial_uses_and_the_token_is_kept_nowhere()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);

        var request = Assert.Single(world.Gateway.Requests);
        Assert.Equal((submission.Id, "demo-cluster", World.Trainer), (request.Id, request.Site, request.Trainer));
        Assert.Equal((1, 11_171_266, 2), (request.Bounds.Trials, request.Bounds.Parameters, request.Bounds.Epochs));
        foreach (var file in Directory.EnumerateFiles(world.Folder["state"], "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(TestGateway.PersonToken, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_the_gateway_does_not_accept_leaves_nothing_behind()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission(token: "someone-elses");

        using var answer = await broker.PostAsync(submission);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("sign in there again", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(await ListAsync(broker.Client));
        await broker.SubmitAsync(submission with { GatewayToken = TestGateway.PersonToken });
    }

    [Fact]
    public async Task Others_experiments_are_as_if_they_were_not_there()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
        using var mallory = broker.ClientFor("mallory");

        Assert.Empty(await ListAsync(mallory));
        var experiment = $"{BrokerRoutes.Experiments}/{submission.Id}";
        foreach (var path in new[] { experiment, $"/api/v1/trials/{trial.Id}", $"/api/v1/trials/{trial.Id}/metrics", $"/api/v1/trials/{trial.Id}/model" })
        {
            using var answer = await mallory.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var cancel = await mallory.PostAsync($"{experiment}/cancel", null, TestContext.Current.CancellationToken);
        using var release = await mallory.PostAsJsonAsync($"{experiment}/release", new ReleaseModels([trial.Id], "t"), ContractsJson.Strict.ReleaseModels, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (cancel.StatusCode, release.StatusCode));
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("reviewer", "full", HttpStatusCode.Forbidden)]
    [InlineData("researcher", "request read", HttpStatusCode.Forbidden)]
    [InlineData("researcher", "full", HttpStatusCode.Created)]
    public async Task Only_a_researcher_who_signed_in_here_hands_in(string? role, string? scope, HttpStatusCode expected)
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        using var client = role is null ? new HttpClient(new SocketsHttpHandler()) { BaseAddress = new(broker.Url) } : broker.ClientFor("bob", role, scope!);

        using var answer = await client.PostAsJsonAsync(BrokerRoutes.Experiments, World.Submission(), ContractsJson.Strict.SubmitExperiment, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_for_another_host_is_none_here()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new(broker.Url) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", world.Gateway.TokenFor("http://gateway.test", "alice"));

        using var answer = await client.GetAsync(BrokerRoutes.Experiments, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Anybody_may_read_the_description_and_the_health()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new(broker.Url) };

        using var description = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        Assert.True(description.RootElement.GetProperty("paths").TryGetProperty(BrokerRoutes.Experiment, out _));
        Assert.Equal("Healthy", await client.GetStringAsync(BrokerRoutes.Health, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Experiments_are_listed_newest_first_and_in_pages()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        foreach (var name in new[] { "one", "two", "three" })
        {
            await broker.SubmitAsync(World.Submission(spec: World.Spec(name)));
        }

        var page = await ListAsync(broker.Client, "?limit=2");
        Assert.Equal(["three", "two"], page.Select(view => view.Name));
        var rest = await ListAsync(broker.Client, $"?limit=2&before={Uri.EscapeDataString(page[1].At.ToString("O"))}");
        Assert.Equal(["one"], rest.Select(view => view.Name));
    }

    [Fact]
    public async Task An_experiment_of_many_trials_is_listed_without_them_and_shown_with_them()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        var view = await broker.SubmitAsync(submission);
        await using (var db = await broker.Services.GetRequiredService<IDbContextFactory<BrokerDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken))
        {
            db.AddRange(Enumerable.Range(1, 200).Select(i => new Trial($"trial-{i:000}", submission.Id, i, "demo-cluster", TrialState.Cancelled, view.At)));
            db.AddRange(Enumerable.Range(1, 200).Select(i => new KeptSpec($"trial-{i:000}", i, "{}", "{}", 7, 1, "")));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var listed = Assert.Single(await ListAsync(broker.Client));
        Assert.Equal((TrialStates.WaitingApproval, 0), (listed.State, listed.Trials.Count));
        var shown = await broker.ShowAsync(submission.Id);
        Assert.Equal((TrialStates.WaitingApproval, 201, "trial-200"), (shown.State, shown.Trials.Count, shown.Trials[^1].Id));
    }

    private static async Task<IReadOnlyList<ExperimentView>> ListAsync(HttpClient client, string query = "") =>
        (await client.GetFromJsonAsync(BrokerRoutes.Experiments + query, ContractsJson.Strict.IReadOnlyListExperimentView))!;
}
