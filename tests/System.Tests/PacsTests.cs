using Scanlock.Processes;
using Scanlock.System.Tests.Whole;
using Scanlock.Testing;

namespace Scanlock.System.Tests;

/// <summary>Real peers push to the gateway, with the settings that docs/pacs.md tells.</summary>
public sealed class PacsTests
{
    [Fact]
    public async Task Orthanc_pushes_a_study_with_the_token_as_bearer_and_again_without_doubling()
    {
        Assert.SkipUnless(Orthanc.Missing is null, Orthanc.Missing ?? "");
        await using var ward = await Ward.StartAsync();
        await using var orthanc = await Orthanc.StartAsync(
            Path.Combine(ward.Folder, "orthanc"),
            new { Url = ward.Server, HttpHeaders = new { Authorization = $"Bearer {ward.Token}" }, HasDelete = false });
        foreach (var file in await ward.PhantomsAsync(patients: 2, slices: 12))
        {
            await orthanc.AddAsync(await File.ReadAllBytesAsync(file));
        }

        var studies = await orthanc.StudiesAsync();
        Assert.Equal(2, studies.Length);
        foreach (var study in studies)
        {
            var (done, text) = await orthanc.PushAsync(study);
            Assert.True(done, text);
            Assert.Equal(12, await ward.HeldAsync(await orthanc.InstancesAsync(study)));
        }

        var (again, said) = await orthanc.PushAsync(studies[0]);
        Assert.True(again, said);
        await AllIsThereOnceAsync(ward, 24);

        // What the gateway keeps apart, Orthanc may forget about.
        await orthanc.AddAsync(Magnetic(await File.ReadAllBytesAsync((await ward.PhantomsAsync(patients: 4, slices: 1))[0])));
        var (apart, answered) = await orthanc.PushAsync((await orthanc.StudiesAsync()).Except(studies).Single());
        Assert.True(apart, answered);

        await ward.RevokeAsync();
        var (refused, _) = await orthanc.PushAsync(studies[1]);
        Assert.False(refused);
    }

    [Fact]
    public async Task What_storescu_sends_to_Orthanc_is_forwarded_with_the_token_as_password()
    {
        Assert.SkipUnless(Orthanc.Missing is null, Orthanc.Missing ?? "");
        Assert.SkipUnless(Programs.Find("storescu") is not null, "needs storescu (dcmtk)");
        await using var ward = await Ward.StartAsync();
        await using var orthanc = await Orthanc.StartAsync(
            Path.Combine(ward.Folder, "orthanc"), new { Url = ward.Server, Username = "pacs", Password = ward.Token, HasDelete = false });
        var files = await ward.PhantomsAsync(patients: 3, slices: 4);
        await StoreAsync(orthanc, files);
        var studies = await orthanc.StudiesAsync();
        Assert.Equal(3, studies.Length);
        foreach (var study in studies)
        {
            var instances = await orthanc.InstancesAsync(study);
            Assert.Equal(4, instances.Count);
            await Wait.UntilAsync("all of a study to arrive", async () => await ward.HeldAsync(instances) == 4, TimeSpan.FromMinutes(5));
        }

        await StoreAsync(orthanc, files);
        var (again, said) = await orthanc.PushAsync((await orthanc.StudiesAsync())[0]);
        Assert.True(again, said);
        await AllIsThereOnceAsync(ward, files.Count);
    }

    /// <summary>What Orthanc forwards of itself may be on its way a second time just now; no twin of it stays.</summary>
    private static Task AllIsThereOnceAsync(Ward ward, int samples) => Wait.UntilAsync(
        $"the store to hold {samples} samples", () => Task.FromResult(ward.StoredSamples == samples), TimeSpan.FromMinutes(5));

    /// <summary>The same object, but of magnetic resonance by its modality.</summary>
    private static byte[] Magnetic(byte[] instance)
    {
        var modality = instance.AsSpan().IndexOf("\u0008\u0000\u0060\u0000CS\u0002\u0000CT"u8);
        Assert.True(modality > 0);
        "MR"u8.CopyTo(instance.AsSpan(modality + 8));
        return instance;
    }

    private static async Task StoreAsync(Orthanc orthanc, IReadOnlyList<string> files)
    {
        var start = new ProgramStart(Programs.Find("storescu")!, ["-aec", "ORTHANC", "127.0.0.1", $"{orthanc.DicomPort}", .. files]).Inheriting("PATH", "DCMDICTPATH");
        var sent = await ProgramRunner.RunTextAsync(start, new(TimeSpan.FromMinutes(5)));
        Assert.True(sent.Succeeded, $"{sent.End} {sent.ErrorTail}");
    }
}
