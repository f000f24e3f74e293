using Scanlock.Intake;

// The worker has no options: what it may see and use is decided by the sandbox it is started in.
await using var gateway = Console.OpenStandardInput();
await using var answers = StandardOutput.TakeOver();
return await Worker.RunAsync(gateway, answers, Path.Combine(Path.GetTempPath(), "frame"), CancellationToken.None);
