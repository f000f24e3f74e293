using System.Net;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class CatalogueTests
{
    [Fact]
    public async Task Every_fault_of_a_policy_is_answered_with_line_and_column()
    {
        await using var hospital = await Hospital.StartAsync();
        var policy = Policies.For(Hospital.Dataset).Replace("purposes:", "purpose:").Replace("lease: 15m", "lease: soon");
        var answer = await hospital.PostAsync(
            GatewayRoutes.Datasets, hospital.Steward, new CreateDataset(Hospital.Dataset, "Chest CT", "", policy), ContractsJson.Strict.CreateDataset);
        Assert.Contains(Hospital.Dataset, answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
        var errors = answer.Json.GetProperty("errors").EnumerateArray().Select(error => error.GetString()!).ToList();
        Assert.Contains(errors, error => error.StartsWith("policy:4:1:", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("policy:14:8:", StringComparison.Ordinal));
        Assert.All(await hospital.LogAsync(), entry => Assert.Equal("deny", entry.Decision));
    }

    [Fact]
    public async Task A_policy_of_another_dataset_or_steward_or_that_fails_its_own_cases_is_refused()
    {
        await using var hospital = await Hospital.StartAsync();
        var policy = Policies.For("other").Replace("saint-brannoch", "elsewhere").Replace(
            "tests: []", "tests:\n  - {name: everyone may, request: {permission: POA}, expect: allow}");
        var answer = await hospital.PostAsync(
            GatewayRoutes.Datasets, hospital.Steward, new CreateDataset(Hospital.Dataset, "Chest CT", "", policy), ContractsJson.Strict.CreateDataset);
        answer.Problem(HttpStatusCode.BadRequest);
        Assert.Equal(3, answer.Json.GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("../etc")]
    [InlineData("Covid")]
    [InlineData("")]
    [InlineData("-x")]
    public async Task A_name_that_could_mean_something_else_is_refused(string name)
    {
        await using var hospital = await Hospital.StartAsync();
        var answer = await hospital.PostAsync(
            GatewayRoutes.Datasets, hospital.Steward, new CreateDataset(name, "Chest CT", "", Policies.For("x")), ContractsJson.Strict.CreateDataset);
        answer.Problem(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task An_unknown_dataset_is_named_in_the_refusal()
    {
        await using var hospital = await Hospital.StartAsync();
        var path = Routes.Fill(GatewayRoutes.Dataset, "nowhere");
        Assert.Contains("'nowhere'", (await hospital.GetAsync(path, hospital.Researcher)).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
        Assert.Contains("'nowhere'", (await hospital.SealAsync(dataset: "nowhere")).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_never_used_again()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var again = await hospital.PostAsync(
            GatewayRoutes.Datasets, hospital.Steward, new CreateDataset(Hospital.Dataset, "Chest CT", "", Policies.For(Hospital.Dataset)), ContractsJson.Strict.CreateDataset);
        Assert.Contains("already", again.Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_stewards_of_the_datasets_organisation_work_on_it()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var uploads = Routes.Fill(GatewayRoutes.Uploads, Hospital.Dataset);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.SendAsync(HttpMethod.Post, uploads, hospital.Researcher)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.SendAsync(HttpMethod.Post, uploads, hospital.Token("stella", "saint-brannoch", "steward", "request read"))).Status);
        var stranger = await hospital.SendAsync(HttpMethod.Post, uploads, hospital.Token("sven", "elsewhere", "steward"));
        Assert.Equal(["steward"], stranger.Rules);
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, 5)]
    [Trait("promise", "P1")]
    public async Task Counts_over_fewer_than_five_patients_are_not_told(int patients, int? told)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients);
        var entry = (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Dataset, Hospital.Dataset), hospital.Researcher)).As(ContractsJson.Strict.DatasetEntry);
        Assert.Equal((told, told * 2, 1), (entry.Patients, entry.Samples, entry.LatestVersion));
        Assert.Equal(["covid"], entry.LabelNames);
    }
}
