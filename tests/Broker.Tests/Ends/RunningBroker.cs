using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>A broker in this process on a real Kestrel, and a client signed in at it.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestGateway _gateway;

    private RunningBroker(WebApplication app, TestGateway gateway)
    {
        (_app, _gateway) = (app, gateway);
        Client = ClientFor("alice");
    }

    /// <summary>Signed in as alice, a researcher.</summary>
    public HttpClient Client { get; }

    public string Url => _app.Urls.First();

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningBroker> StartAsync(World world, string configuration)
    {
        var app = BrokerHost.Build(["--config", configuration]);
        world.Gateway.Broker = SigningKey.FromPem(await File.ReadAllTextAsync(world.Folder["broker.pem"])).Public;
        await app.StartAsync();
        return new(app, world.Gateway);
    }

    public HttpClient ClientFor(string subject, string roles = "researcher", string scope = "full")
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new(Url) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _gateway.TokenFor(World.BrokerUrl, subject, roles, scope));
        return client;
    }

    public async Task<ExperimentView> SubmitAsync(SubmitExperiment submission)
    {
        using var response = await PostAsync(submission);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync(ContractsJson.Strict.ExperimentView))!;
    }

    public Task<HttpResponseMessage> PostAsync(SubmitExperiment submission) =>
        Client.PostAsJsonAsync(BrokerRoutes.Experiments, submission, ContractsJson.Strict.SubmitExperiment);

    public async Task<ExperimentView> ShowAsync(string experiment) =>
        (await Client.GetFromJsonAsync($"{BrokerRoutes.Experiments}/{experiment}", ContractsJson.Strict.ExperimentView))!;

    public async Task CancelAsync(string experiment)
    {
        using var response = await Client.PostAsync($"{BrokerRoutes.Experiments}/{experiment}/cancel", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Waits for the one trial of an experiment.</summary>
    public async Task<TrialView> UntilAsync(string experiment, string what, Func<TrialView, bool> condition)
    {
        TrialView? last = null;
        try
        {
            return await Wait.UntilAsync(what, async () =>
            {
                last = (await ShowAsync(experiment)).Trials.Single();
                return condition(last) ? last : null;
            }, World.Deadline);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} It is {last?.State}, failure {last?.Failure}: {last?.Explanation}", e);
        }
    }

    public Task<TrialView> UntilStateAsync(string experiment, string state) => UntilAsync(experiment, $"the trial to be {state}", trial => trial.State == state);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
