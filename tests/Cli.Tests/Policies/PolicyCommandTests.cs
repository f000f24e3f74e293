using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Policies;

public sealed class PolicyCommandTests : IDisposable
{
    private static readonly string s_covid = Path.Combine(Repository.Root, "policies", "covid-ct.yaml");

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("promise", "P11")]
    public async Task Check_reports_every_mistake_with_line_and_column()
    {
        var file = await WriteAsync("typo.yaml", (await File.ReadAllTextAsync(s_covid))
            .Replace("purposes:", "purposse:", StringComparison.Ordinal).Replace("lease: 15m", "lease: soon", StringComparison.Ordinal));

        var run = await ScanlockProgram.RunAsync("policy", "check", file);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{file}:6:1: unknown key 'purposse' in the policy (did you mean 'purposes'?)", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:17:8: 'soon' is not a duration", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_speaks_JSON_and_leaves_good_files_alone()
    {
        var run = await ScanlockProgram.RunAsync("policy", "check", s_covid, "--json");

        Assert.Equal(0, run.ExitCode);
        var file = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.True(file.GetProperty("valid").GetBoolean());
        Assert.Empty(file.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public async Task Test_runs_the_cases_and_fails_with_one_that_is_not_so()
    {
        var file = await WriteAsync("changed.yaml", (await File.ReadAllTextAsync(s_covid)).Replace("sites: [demo-cluster]", "sites: [demo-cluster, elsewhere-hpc]", StringComparison.Ordinal));

        var good = await ScanlockProgram.RunAsync("policy", "test", s_covid);
        var bad = await ScanlockProgram.RunAsync("policy", "test", s_covid, file);

        Assert.Equal(0, good.ExitCode);
        Assert.Contains("13 cases passed, 0 failed", good.OutputText, StringComparison.Ordinal);
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("no other cluster, even in Italy: expected deny, and it is allow", bad.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_shows_the_rule_with_its_line_and_exits_3_when_denied()
    {
        var request = await WriteAsync("request.yaml", "{site: elsewhere-hpc, approvals: 1}");

        var byCase = await ScanlockProgram.RunAsync("policy", "explain", s_covid, "--case", "no marketing");
        var byFile = await ScanlockProgram.RunAsync("policy", "explain", s_covid, "--request", request, "--json");

        Assert.Equal(3, byCase.ExitCode);
        Assert.Contains($"{s_covid}:6: purposes: {{permit: [HMB], modifiers: [NPU]}}", byCase.OutputText, StringComparison.Ordinal);
        Assert.Equal(3, byFile.ExitCode);
        var denied = JsonDocument.Parse(byFile.Output).RootElement.GetProperty("reasons").EnumerateArray().Single(reason => reason.GetProperty("effect").GetString() == "deny");
        Assert.Equal(("sites", 9, "sites: [demo-cluster]"), (denied.GetProperty("rule").GetString(), denied.GetProperty("line").GetInt32(), denied.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Explain_exits_0_when_allowed_and_2_when_asked_for_nothing()
    {
        Assert.Equal(0, (await ScanlockProgram.RunAsync("policy", "explain", s_covid, "--case", "and may do so once a reviewer has agreed")).ExitCode);
        Assert.Equal(2, (await ScanlockProgram.RunAsync("policy", "explain", s_covid)).ExitCode);
        Assert.Equal(1, (await ScanlockProgram.RunAsync("policy", "explain", s_covid, "--case", "no such case")).ExitCode);
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder[name], text);
        return _folder[name];
    }
}
