using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests;

[Trait("promise", "P4")]
public sealed class DecryptionFreeTests
{
    private static readonly string[] s_decryption = ["Scanlock.Envelope", "BouncyCastle.Crypto", "BouncyCastle.Cryptography", "Scanlock.Egress"];

    [Fact]
    public void The_broker_and_all_it_brings_along_hold_no_code_that_decrypts()
    {
        var broker = Repository.Output("Broker", "Scanlock.Broker.dll");
        var reached = new HashSet<string>(StringComparer.Ordinal);
        Reach(broker, reached);

        Assert.Contains("Scanlock.Contracts", reached);
        Assert.Empty(reached.Intersect(s_decryption));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(broker)!, "*.dll").Select(Path.GetFileNameWithoutExtension), name => s_decryption.Contains(name));
    }

    [Fact]
    public void The_broker_uses_no_decrypting_class_of_the_framework()
    {
        using var file = File.OpenRead(typeof(BrokerHost).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeReferences.Select(metadata.GetTypeReference).Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");

        // What it may use: hashing, and random numbers for token ids. Signing is Contracts' business.
        Assert.Subset(
            new HashSet<string>(["System.Security.Cryptography.IncrementalHash", "System.Security.Cryptography.HashAlgorithmName", "System.Security.Cryptography.RandomNumberGenerator"], StringComparer.Ordinal),
            types.Where(type => type.StartsWith("System.Security.Cryptography.", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal));
    }

    private static void Reach(string assembly, HashSet<string> reached)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        foreach (var name in metadata.AssemblyReferences.Select(reference => metadata.GetString(metadata.GetAssemblyReference(reference).Name)))
        {
            var beside = Path.Combine(Path.GetDirectoryName(assembly)!, name + ".dll");
            if (reached.Add(name) && File.Exists(beside))
            {
                Reach(beside, reached);
            }
        }
    }
}
