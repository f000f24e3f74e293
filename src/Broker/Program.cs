using Scanlock.Broker;
using Scanlock.Web;

const int Failed = 1;
const int Usage = 2;

try
{
    switch (args)
    {
        case ["keygen", "--out", var prefix]:
            Console.WriteLine(BrokerKey.Generate(prefix));
            return 0;
        case ["--config", _]:
            await using (var app = BrokerHost.Build(args))
            {
                await app.RunAsync();
            }

            return 0;
        default:
            await Console.Error.WriteLineAsync("usage: Scanlock.Broker --config FILE | keygen --out PREFIX");
            return Usage;
    }
}
catch (Exception e) when (e is HostConfigurationException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return Failed;
}
