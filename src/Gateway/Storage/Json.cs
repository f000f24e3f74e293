using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Storage;

/// <summary>Lists kept in a column, as canonical JSON.</summary>
internal static class Json
{
    public static string Of(IReadOnlyList<string> texts) => Encoding.UTF8.GetString(Wire.Write(texts, ContractsJson.Strict.IReadOnlyListString));

    public static IReadOnlyList<string> Texts(string column) => Wire.Read(Encoding.UTF8.GetBytes(column), ContractsJson.Strict.IReadOnlyListString);

    public static string Of(IReadOnlyList<Reason> reasons) => Encoding.UTF8.GetString(Wire.Write(reasons, ContractsJson.Strict.IReadOnlyListReason));

    public static IReadOnlyList<Reason> Reasons(string column) => Wire.Read(Encoding.UTF8.GetBytes(column), ContractsJson.Strict.IReadOnlyListReason);

    public static string Of(AccessRequest request) => Encoding.UTF8.GetString(Wire.Write(request, ContractsJson.Strict.AccessRequest));

    public static string Of(SampleFacts facts) => Encoding.UTF8.GetString(Wire.Write(facts, ContractsJson.Strict.SampleFacts));

    public static SampleFacts Facts(string column) => Wire.Read(Encoding.UTF8.GetBytes(column), ContractsJson.Strict.SampleFacts);

    public static string Of(MaskFacts facts) => Encoding.UTF8.GetString(Wire.Write(facts, ContractsJson.Strict.MaskFacts));

    public static MaskFacts Masks(string column) => Wire.Read(Encoding.UTF8.GetBytes(column), ContractsJson.Strict.MaskFacts);

    public static AccessRequest Access(string column) => Wire.Read(Encoding.UTF8.GetBytes(column), ContractsJson.Strict.AccessRequest);
}
