using Scanlock.Cli;

return await CommandLine.RunAsync(args);
