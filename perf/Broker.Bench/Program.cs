using System.Globalization;
using Scanlock.Broker.Bench;

// Broker.Bench simulate [--trace FILE|claire|synthetic] [--sites N] [--slots N] [--trials N] [--seed N] [--json]
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 1; i < args.Length; i++)
{
    options[args[i]] = args[i] == "--json" ? "" : args[++i];
}

switch (args[0])
{
    case "simulate":
        return await Simulation.RunAsync(
            options.GetValueOrDefault("--trace", "synthetic"), Number("--sites", 4), Number("--slots", 16), Number("--trials", 10_000), Number("--seed", 1), options.ContainsKey("--json"));
    default:
        throw new ArgumentException($"There is no benchmark {args[0]}.", nameof(args));
}

int Number(string name, int otherwise) => options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
