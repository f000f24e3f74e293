using System.Globalization;
using System.Text.Json;
using Scanlock.Intake.Fuzz;

// Intake.Fuzz SECONDS SEED FOLDER: a third of the time in this process, the rest through sandboxed workers; one JSON object on standard output.
var (seconds, seed, folder) = (double.Parse(args[0], CultureInfo.InvariantCulture), int.Parse(args[1], CultureInfo.InvariantCulture), args[2]);
var corpus = Seeds.All();
var seeds = corpus.Count;
var faults = new Faults(folder);
var inside = new InProcess(corpus, faults, new Random(seed));
inside.Run(TimeSpan.FromSeconds(seconds / 3), TimeSpan.FromSeconds(10));
var workers = new InWorkers(corpus, faults, seed);
await workers.RunAsync(TimeSpan.FromSeconds(seconds * 2 / 3), Math.Clamp(Environment.ProcessorCount, 1, 8));
Console.WriteLine(JsonSerializer.Serialize(new
{
    seeds, corpus = corpus.Count,
    managed = new { executions = inside.Executions, rate = inside.Executions * 3 / seconds, places = inside.Places, slowest = inside.SlowestSeconds },
    workers = new { executions = workers.Executions, rate = workers.Executions * 1.5 / seconds, verdicts = workers.Verdicts.ToDictionary(), deaths = workers.Deaths.ToDictionary() },
    faults = faults.Counts,
}));
return faults.Counts.Count == 0 ? 0 : 1;
