using Scanlock.Audit;
using Scanlock.Gateway;
using Scanlock.Web;

try
{
    await using var app = await GatewayHost.BuildAsync(args, adjust: null, CancellationToken.None);
    await app.RunAsync();
    return 0;
}
catch (HostConfigurationException e)
{
    await Console.Error.WriteLineAsync($"The gateway cannot start:{Environment.NewLine}{e.Message}");
    return 2;
}
catch (Exception e) when (e is AuditLogException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The gateway stopped: {e.Message}");
    return 1;
}
