using Scanlock.Testing;

namespace Scanlock.Web.Tests;

public sealed class ScanlockHostTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://gateway.example:80")]
    [InlineData("http://*:8080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("nowhere")]
    public void Plain_http_beyond_loopback_is_refused_before_anything_listens(string listen)
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["host.json"], "{}");
        var builder = ScanlockHost.CreateBuilder(["--config", folder["host.json"]]);
        var refused = Assert.Throws<HostConfigurationException>(() => builder.AddScanlockHost(listen, "https://gateway.example", []));
        Assert.Contains("Listen", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("https://0.0.0.0:8443")]
    public void Loopback_and_tls_are_accepted(string listen)
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder["host.json"], "{}");
        Assert.NotNull(ScanlockHost.CreateBuilder(["--config", folder["host.json"]]).AddScanlockHost(listen, "https://gateway.example", []));
    }

    [Fact]
    public void A_host_without_a_configuration_file_says_so()
    {
        Assert.Contains("--config FILE", Assert.Throws<HostConfigurationException>(() => ScanlockHost.CreateBuilder([])).Message, StringComparison.Ordinal);
        Assert.Contains("'none.json'", Assert.Throws<HostConfigurationException>(() => ScanlockHost.CreateBuilder(["--config", "none.json"])).Message, StringComparison.Ordinal);
    }
}
