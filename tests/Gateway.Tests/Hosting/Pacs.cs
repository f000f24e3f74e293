using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>What a PACS does: sends instances by STOW-RS with an upload token.</summary>
internal static class Pacs
{
    public const string Boundary = "e3a9f5c2";

    public static async Task<CreatedUploadToken> CreateTokenAsync(this Hospital hospital, string dataset = Hospital.Dataset, int? days = null) =>
        (await hospital.PostAsync(
            Routes.Fill(GatewayRoutes.UploadTokens, dataset), hospital.Steward, new CreateUploadToken("PACS ward 3", days), ContractsJson.Strict.CreateUploadToken))
        .As(ContractsJson.Strict.CreatedUploadToken);

    public static Task<Answer> RevokeAsync(this Hospital hospital, CreatedUploadToken token) =>
        hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.RevokeUploadToken, token.Token.Dataset, token.Token.Id), hospital.Steward);

    public static Task<Answer> DropAsync(this Hospital hospital, CreatedUploadToken token, bool leaveSealed = false) =>
        hospital.PostAsync(
            Routes.Fill(GatewayRoutes.DropUploads, token.Token.Dataset, token.Token.Id), hospital.Steward, new DropUploads(leaveSealed), ContractsJson.Strict.DropUploads);

    /// <summary>Sends instances in one request to the token's dataset.</summary>
    public static Task<StowAnswer> StowAsync(this Hospital hospital, CreatedUploadToken token, params IEnumerable<byte[]> instances) =>
        hospital.StowAsync(new AuthenticationHeaderValue("Bearer", token.Secret), Studies(token.Token.Dataset), Multipart(instances));

    public static string Studies(string dataset) => Routes.Fill(DicomwebRoutes.Studies, dataset);

    public static async Task<StowAnswer> StowAsync(
        this Hospital hospital, AuthenticationHeaderValue? who, string path, HttpContent body, string? accept = "application/dicom+json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Authorization = who;
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var answer = await hospital.Http.SendAsync(request);
        return new(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer.Content.Headers.ContentType?.MediaType, answer.Headers);
    }

    public static HttpContent Multipart(params IEnumerable<byte[]> instances) =>
        Body(Bytes(instances), $"multipart/related; type=\"application/dicom\"; boundary={Boundary}");

    public static HttpContent Body(byte[] bytes, string? contentType)
    {
        var content = new ByteArrayContent(bytes);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return content;
    }

    public static byte[] Bytes(IEnumerable<byte[]> instances, string boundary = Boundary)
    {
        using var body = new MemoryStream();
        foreach (var instance in instances)
        {
            body.Write(Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n"));
            body.Write(instance);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));
        return body.ToArray();
    }

    /// <summary>How many of these objects the dataset holds.</summary>
    public static async Task<int> HeldAsync(this Hospital hospital, string dataset, params IReadOnlyList<byte[]> instances) =>
        (await hospital.PostAsync(
            Routes.Fill(GatewayRoutes.KnownObjects, dataset), hospital.Steward,
            new KnownObjectsQuery([.. instances.Select(instance => Sha256Digest.Of(instance))]), ContractsJson.Strict.KnownObjectsQuery))
        .As(ContractsJson.Strict.KnownObjects).Known.Count;
}

/// <summary>One hospital for all tests of a class; each test has a dataset of its own.</summary>
public sealed class PacsFixture : IAsyncLifetime
{
    private int _datasets;

    internal Hospital Hospital { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Hospital = await Hospital.StartAsync();

    public ValueTask DisposeAsync() => Hospital.DisposeAsync();

    internal async Task<CreatedUploadToken> NewDatasetAsync()
    {
        var dataset = $"ward-{Interlocked.Increment(ref _datasets)}";
        await Hospital.CreateAsync(dataset: dataset);
        return await Hospital.CreateTokenAsync(dataset);
    }
}

/// <summary>A store transaction's answer.</summary>
internal sealed record StowAnswer(System.Net.HttpStatusCode Status, byte[] Body, string? MediaType, HttpResponseHeaders Headers)
{
    private const string FailedSop = "00081198";
    private const string ReferencedSop = "00081199";
    private const string OtherFailures = "0008119A";

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>SOP instance UIDs of what was stored.</summary>
    public IReadOnlyList<string> Stored => [.. Items(ReferencedSop).Select(item => Value(item, "00081155").GetString()!)];

    /// <summary>SOP instance UIDs of what was not, with the reason.</summary>
    public IReadOnlyList<(string Uid, int Reason)> Failed =>
        [.. Items(FailedSop).Select(item => (Value(item, "00081155").GetString()!, Value(item, "00081197").GetInt32()))];

    public IReadOnlyList<int> Other => [.. Items(OtherFailures).Select(item => Value(item, "00081197").GetInt32())];

    private List<JsonElement> Items(string tag) =>
        JsonDocument.Parse(Body).RootElement.TryGetProperty(tag, out var sequence) ? [.. sequence.GetProperty("Value").EnumerateArray()] : [];

    private static JsonElement Value(JsonElement item, string tag) => item.GetProperty(tag).GetProperty("Value")[0];
}
