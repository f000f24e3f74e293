namespace Scanlock.Trainer.Tests;

/// <summary>libtorch's generator is one for the whole process: tests that count on its draws, without a peer, run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OwnGenerator
{
    public const string Name = "own generator";
}
