using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.Contracts.Tests.Vectors;

/// <summary>
/// Every wire format against fixed bytes (tests/vectors/contracts, values made up), written by another program than ours. A format that
/// drifts fails here: what is already signed, sealed and staged must stay readable, with the same digest.
/// </summary>
public sealed class WireVectorTests
{
    private static readonly Dictionary<string, Sha256Digest> s_digests = File.ReadLines(At("SHA256SUMS.txt"))
        .Select(line => line.Split("  ")).ToDictionary(line => line[1], line => Sha256Digest.Parse($"sha256:{line[0]}"), StringComparer.Ordinal);

    public static TheoryData<string> Vectors() => [.. Format.ByVector.Keys];

    public static TheoryData<string> VersionedVectors() => [.. Format.ByVector.Where(format => IsVersioned(format.Value.Value)).Select(format => format.Key)];

    [Fact]
    public void Every_vector_has_its_format_and_digest_and_every_format_a_vector()
    {
        var files = Directory.EnumerateFiles(At(""), "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Format.ByVector.Keys.Select(name => $"{name}.json").Order(StringComparer.Ordinal), files);
        Assert.Equal(s_digests.Keys.Order(StringComparer.Ordinal), files);
        var covered = Format.ByVector.Values.Select(format => format.Value).ToHashSet();
        Assert.DoesNotContain(
            typeof(Wire).Assembly.GetTypes(),
            type => !type.IsAbstract && (IsVersioned(type) || type.IsSubclassOf(typeof(AgentRequest)) || type.IsSubclassOf(typeof(AgentAnswer))) && !covered.Contains(type));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_reads_and_is_written_again_with_the_same_bytes_and_digest(string name)
    {
        var bytes = Read(name);
        var again = Format.ByVector[name].ReadAndWrite(bytes);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(again));
        Assert.Equal(s_digests[$"{name}.json"], Sha256Digest.Of(again));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_stranger_a_gap_and_a_repetition_are_refused_wherever_they_stand(string name)
    {
        var spoilt = Spoiling.Of(JsonDocument.Parse(Read(name)).RootElement).ToList();
        Assert.NotEmpty(spoilt);
        Assert.All(spoilt, s => Refused(name, s.Json, s.What));
    }

    [Theory]
    [MemberData(nameof(VersionedVectors))]
    public void Another_version_is_refused(string name)
    {
        var value = JsonNode.Parse(Read(name))!;
        value["v"] = 2;
        Assert.Contains("version 2", Refused(name, value.ToJsonString(), "version 2").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent-hello", "op")]
    [InlineData("agent-welcome", "answer")]
    public void An_unknown_kind_of_message_is_refused(string name, string member)
    {
        var value = JsonNode.Parse(Read(name))!;
        value[member] = "stranger";
        Refused(name, value.ToJsonString(), "a stranger's kind");
    }

    [Fact]
    public void The_fixed_statement_verifies_under_the_test_key_and_says_what_the_vector_says()
    {
        using var key = SigningKey.FromPem(File.ReadAllText(At("es256-test-key.txt")));
        var compact = File.ReadAllText(At("purge-receipt.jws.txt")).TrimEnd();
        var statement = StatementKinds.PurgeReceipt.Verify(compact, key.Public);
        Assert.Equal(s_digests["purge-receipt.json"], statement.Digest);
        Assert.Equal(key.Public.Id, StatementKinds.PurgeReceipt.SignerOf(compact));

        // ECDSA draws a nonce: what is signed again differs in its signature only.
        var again = StatementKinds.PurgeReceipt.Sign(statement.Value, key);
        Assert.Equal(compact[..compact.LastIndexOf('.')], again.Compact[..again.Compact.LastIndexOf('.')]);
    }

    private static WireFormatException Refused(string name, string json, string what)
    {
        try
        {
            Format.ByVector[name].ReadAndWrite(Encoding.UTF8.GetBytes(json));
        }
        catch (WireFormatException refused)
        {
            return refused;
        }

        Assert.Fail($"{name}: {what} was taken.");
        throw new InvalidOperationException();
    }

    private static bool IsVersioned(Type type) => type.IsAssignableTo(typeof(IVersioned)) && !type.IsInterface;

    private static byte[] Read(string name) => File.ReadAllBytes(At($"{name}.json"));

    private static string At(string file) => Repository.Vector("contracts", file);
}
