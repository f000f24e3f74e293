using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Gateway.Tests.Storage;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Configuration;

[Trait("promise", "P9")]
public sealed class KillTests(AzuriteServer azurite) : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>Kills in the middle of uploading and of sealing; each time the steward just does the same again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_moment_the_gateway_goes_on_where_it_was(bool inAzure)
    {
        var storage = inAzure ? (await azurite.CreateContainerAsync()).WriteSection(_folder) : "{}";
        await using var hospital = await Hospital.StartAsync(shardBytes: 8 << 10, storage);
        await hospital.StopGatewayAsync();
        var phantoms = StewardWork.Phantoms(12);
        var objects = phantoms.Select(phantom => phantom.ToDicom()).ToList();
        await using (await GatewayProcess.StartAsync(hospital))
        {
            await hospital.CreateAsync();
        }

        var afterObjects = 0;
        var upload = "";
        for (var known = 0; known < objects.Count;)
        {
            await using (var gateway = await GatewayProcess.StartAsync(hospital))
            {
                upload = upload.Length == 0 ? await hospital.OpenUploadAsync() : upload;
                known = await SendMissingAsync(hospital, upload, objects, stopAfter: afterObjects += 7);
            }
        }

        await using (await GatewayProcess.StartAsync(hospital))
        {
            var report = await hospital.CloseUploadAsync(upload);
            Assert.Equal(objects.Count, report.Stored + report.Duplicates);
            (await hospital.LabelAsync("patient", StewardWork.LabelsOf(phantoms))).As(ContractsJson.Strict.LabelReport);
        }

        foreach (var wait in (int[])[0, 40, 120, 400])
        {
            await using var gateway = await GatewayProcess.StartAsync(hospital);
            var sealing = EndsAsync(hospital.SealAsync());
            await Task.WhenAny(sealing, Task.Delay(wait));
            await gateway.DisposeAsync();
            await sealing;
        }

        await hospital.StartGatewayAsync();
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        await AssertSoundAsync(hospital, objects.Count);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<int> SendMissingAsync(Hospital hospital, string upload, List<byte[]> objects, int stopAfter)
    {
        var query = new KnownObjectsQuery([.. objects.Select(bytes => Sha256Digest.Of(bytes))]);
        var known = (await hospital.PostAsync(
            Routes.Fill(GatewayRoutes.KnownObjects, Hospital.Dataset), hospital.Steward, query, ContractsJson.Strict.KnownObjectsQuery))
            .As(ContractsJson.Strict.KnownObjects).Known.ToHashSet();
        var missing = Enumerable.Range(0, objects.Count).Where(i => !known.Contains(i)).ToList();
        var sending = missing.Select(i => EndsAsync(hospital.SendObjectAsync(upload, objects[i]))).ToList();
        await Task.WhenAny(Task.WhenAll(sending), Task.WhenAll(sending.Take(Math.Max(1, stopAfter - known.Count))));
        return sending.All(send => send is { IsCompleted: true, Result: true }) ? objects.Count : 0;
    }

    /// <summary>Whether the call was answered before the gateway was killed under it.</summary>
    private static async Task<bool> EndsAsync(Task<Answer> call)
    {
        try
        {
            await call;
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task AssertSoundAsync(Hospital hospital, int samples)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        Assert.Equal(samples, await db.Samples.CountAsync());
        var versions = await db.Versions.ToListAsync();
        Assert.All(versions, version => Assert.Equal(samples, version.Samples));
        Assert.Equal(Enumerable.Range(1, versions.Count), versions.Select(version => version.Version).Order());

        // Every sealing in the log has its version or was abandoned; nothing else is there.
        var log = await hospital.LogAsync();
        var abandoned = log.Where(entry => entry.Act == Acts.EntryAbandoned).Select(entry => entry.Subjects["entry"]).ToHashSet();
        var sealings = log.Where(entry => entry.Act == Acts.DatasetSeal && !abandoned.Contains(entry.Id)).ToList();
        Assert.Equal(versions.Select(version => version.ManifestDigest).Order(), sealings.Select(entry => entry.Digests["manifest"].ToString()).Order());
        var key = VerifierKey.Parse((await hospital.GetAsync(GatewayRoutes.Identity, null)).As(ContractsJson.Strict.GatewayIdentity).LogKey);
        var report = await LogVerifier.VerifyAsync(new DirectoryTiles(Path.Combine(hospital.State, "audit")), key, new VerifyWith(), null, CancellationToken.None);
        Assert.Empty(report.Findings);
    }
}
