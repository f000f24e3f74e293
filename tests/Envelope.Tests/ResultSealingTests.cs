using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Testing;

namespace Scanlock.Envelope.Tests;

public sealed class ResultSealingTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly PrivateKey gateway = PrivateKey.Generate();
    private readonly byte[] model = Content.Pattern(150_000);

    [Fact]
    public async Task A_result_opens_at_the_gateway_it_is_sealed_to()
    {
        var (file, part) = await SealAsync();
        Assert.Equal(new SealedPart(Sha256Digest.Of(file), file.Length), part);
        Assert.Equal(model, (await OpenAsync(file, part)).Unwrap());
        await ResultSealing.OpenToFileAsync(new MemoryStream(file), part, gateway, folder["model"], CancellationToken.None);
        Assert.Equal(model, await File.ReadAllBytesAsync(folder["model"]));
        Assert.Equal(model, (await Content.OpenAsync(file, gateway)).Plaintext);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_result_that_is_not_what_the_bundle_says_is_refused()
    {
        var (file, part) = await SealAsync();
        var (another, _) = await SealAsync();
        Assert.IsType<CiphertextDigestDiffers>((await OpenAsync(another, part)).Refusal);
        Assert.IsType<CiphertextTooShort>((await OpenAsync(file[..^1], part)).Refusal);
        Assert.IsType<CiphertextTooShort>((await OpenAsync(file[..50], part)).Refusal);
        Assert.IsType<CiphertextTooLong>((await OpenAsync([.. file, 0], part)).Refusal);
        foreach (var at in new[] { 0, 8, 12, 16, 30, 100, 130, file.Length - 1 })
        {
            var altered = file.ToArray();
            altered[at] ^= 1;
            Assert.IsType<CiphertextDigestDiffers>((await OpenAsync(altered, part)).Refusal);
        }
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_result_sealed_to_another_gateway_or_over_the_limit_is_refused()
    {
        var (file, part) = await SealAsync();
        using var another = PrivateKey.Generate();
        var opening = await ResultSealing.OpenToMemoryAsync(new MemoryStream(file), part, another, 1 << 20, CancellationToken.None);
        Assert.IsType<NotForThisKey>(opening.Refusal);
        opening = await ResultSealing.OpenToMemoryAsync(new MemoryStream(file), part, gateway, model.Length - 1, CancellationToken.None);
        Assert.Equal(new OverLimit(model.Length, model.Length - 1), opening.Refusal);
    }

    public void Dispose()
    {
        gateway.Dispose();
        folder.Dispose();
    }

    private async Task<(byte[] File, SealedPart Part)> SealAsync()
    {
        using var file = new MemoryStream();
        var part = await ResultSealing.SealAsync(new MemoryStream(model), file, gateway.PublicKey, CancellationToken.None);
        return (file.ToArray(), part);
    }

    private Task<Opening<byte[]>> OpenAsync(byte[] file, SealedPart part) =>
        ResultSealing.OpenToMemoryAsync(new MemoryStream(file), part, gateway, 1 << 20, CancellationToken.None);
}
