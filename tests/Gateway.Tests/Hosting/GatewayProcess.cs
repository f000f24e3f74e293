using Scanlock.Contracts.Gateway;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>The gateway as a process of its own, so that it can be killed as a machine would lose it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly RunningProgram _program;

    private GatewayProcess(RunningProgram program) => _program = program;

    public static async Task<GatewayProcess> StartAsync(Hospital hospital)
    {
        var start = new ProgramStart(Programs.Find("dotnet")!, Repository.Output("Gateway", "Scanlock.Gateway.dll"), "--config", hospital.ConfigFile)
            .Inheriting("PATH", "HOME", "DOTNET_ROOT", "TMPDIR");
        var process = new GatewayProcess(RunningProgram.Start(start));
        await Wait.UntilAsync(
            "the gateway to answer",
            async () =>
            {
                Assert.False(process._program.Exit.IsCompleted, process._program.ErrorTail);
                try
                {
                    return (await hospital.GetAsync(GatewayRoutes.Health, null)).Status == System.Net.HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(5));
        return process;
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
