using Scanlock.HpcAgent;

return await CommandLine.RunAsync(args, CancellationToken.None);
