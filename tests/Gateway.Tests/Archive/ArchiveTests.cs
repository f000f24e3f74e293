using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Gateway.Tests.Quarantine;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Archive;

/// <summary>De-identified DICOM, kept and sealed beside the samples, and given to nobody but the dataset's stewards.</summary>
public sealed class ArchiveTests
{
    [Fact]
    [Trait("promise", "P2")]
    public async Task Stewards_get_each_object_back_de_identified_with_the_samples_pixels_and_patient()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 3, Archived.Policy());
        var files = await hospital.TakeOutAsync();
        var read = await Archived.ReadAsync(files);
        var phantoms = StewardWork.Phantoms(3);

        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var samples = await db.Samples.ToListAsync();
        Assert.Equal(samples.Select(sample => sample.Key).Order(), read.Keys.Order());
        Assert.All(samples, sample => Assert.Equal(sample.Patient, read[sample.Key].Text("patient")));
        Assert.Equal(phantoms.Select(HounsfieldOf).Order(), read.Values.Select(file => file.Text("pixels")).Order());
        Assert.Equal((3, 3, 6), (Count("study"), Count("series"), Count("sop")));
        Assert.All(read.Values, file => Assert.Equal("YES", file.Text("removed")));
        var secrets = phantoms.SelectMany(phantom => new[] { phantom.Patient, phantom.PatientName, phantom.Accession, phantom.Study, phantom.Series, phantom.Sop });
        Assert.All(files.Values, file => Assert.DoesNotContain(secrets, secret => file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(secret)) >= 0));

        int Count(string member) => read.Values.Select(file => file.Text(member)).Distinct().Count();
    }

    [Fact]
    public async Task The_same_patient_and_study_have_other_names_in_another_dataset()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 2, Archived.Policy());
        await hospital.SealPhantomsAsync(patients: 2, Archived.Policy("second"), "second");
        var (one, other) = (await Archived.ReadAsync(await hospital.TakeOutAsync()), await Archived.ReadAsync(await hospital.TakeOutAsync(dataset: "second")));
        foreach (var member in (string[])["patient", "study", "series", "sop"])
        {
            Assert.Empty(one.Values.Select(file => file.Text(member)).Intersect(other.Values.Select(file => file.Text(member))));
        }
    }

    [Fact]
    [Trait("promise", "P1")]
    [Trait("promise", "P7")]
    public async Task Nobody_else_gets_a_part_and_that_a_steward_does_is_on_record_first()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Archived.Policy());
        var part = Assert.Single((await hospital.ArchiveAsync()).Parts);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.ArchivePartAsync(part.Id, hospital.Researcher)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.ArchivePartAsync(part.Id, hospital.Reviewer)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await hospital.ArchivePartAsync(part.Id, hospital.Token("sven", "elsewhere", Roles.Steward))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.ArchivePartAsync("archive-00007")).Status);
        Assert.DoesNotContain(await hospital.LogAsync(), entry => entry.Act == Acts.ArchiveRead && entry.Decision == "allow");

        Assert.Equal(HttpStatusCode.OK, (await hospital.ArchivePartAsync(part.Id)).Status);
        var entry = (await hospital.LogAsync())[^1];
        Assert.Equal((Acts.ArchiveRead, "allow", part.Id, part.Ciphertext), (entry.Act, entry.Decision, entry.Subjects["part"], entry.Digests["ciphertext"]));
        Assert.Equal((12L, part.PlaintextBytes), (entry.Counts["objects"], entry.Counts["bytes"]));
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task No_permit_reaches_the_archive()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Archived.Policy());
        var part = Assert.Single((await hospital.ArchiveAsync()).Parts);
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        Assert.DoesNotContain(hub.Manifest(permit).Parts(), known => known.Id == part.Id || known.Ciphertext == part.Ciphertext);
        (await hub.PartAsync(permit, part.Id)).Problem(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.Unauthorized, (await hospital.ArchivePartAsync(part.Id, hub.BrokerToken())).Status);

        // Nor do its keys come by a job that names it among its inputs.
        using var holder = Envelope.PrivateKey.Generate();
        var job = hub.Job(permit, wanted => wanted with { Inputs = [.. wanted.Inputs, new(part.Id, part.Ciphertext, part.CiphertextBytes)] });
        var answer = await hub.AskKeysAsync(job, hub.KeyRequest(job, holder));
        Assert.True(answer.Status != HttpStatusCode.OK || hub.Released(answer).Headers.All(header => header.Part != part.Id), $"{answer.Status}");
    }

    [Fact]
    public async Task A_new_version_shares_the_parts_whose_objects_are_all_still_in_it()
    {
        await using var hospital = await Hospital.StartAsync(shardBytes: 16 << 10);
        await hospital.SealPhantomsAsync(patients: 4, Archived.Policy());
        await hospital.UploadAsync([Phantom.Of(5, 1).ToDicom()]);
        await hospital.LabelAsync("patient", [new("PHANTOM-0005", "1", null), new("PHANTOM-0001", "1", "TWIN")]);
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        var (before, after) = (await hospital.ArchiveAsync(1), await hospital.ArchiveAsync(2));
        Assert.True(before.Parts.Count > 1);
        Assert.Equal(before.Parts, after.Parts.Take(before.Parts.Count));
        Assert.Equal(1, Assert.Single(after.Parts.Skip(before.Parts.Count)).Samples);
        Assert.Equal((8, 9), ((await hospital.TakeOutAsync(1)).Count, (await hospital.TakeOutAsync(2)).Count));
    }

    [Fact]
    public async Task Without_the_policy_nothing_is_archived_and_a_later_policy_archives_what_comes_later()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 2);
        Assert.Equal(0, hospital.Blobs("renditions"));
        Assert.Contains("Nothing is archived", (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Archive, Hospital.Dataset, "1"), hospital.Steward)).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);

        await hospital.SendAsync(
            HttpMethod.Put, Routes.Fill(GatewayRoutes.Policy, Hospital.Dataset), hospital.Steward, new ReplacePolicy(Archived.Policy()), ContractsJson.Strict.ReplacePolicy);
        await hospital.UploadAsync([Phantom.Of(3, 1).ToDicom()]);
        await hospital.LabelAsync("patient", [new("PHANTOM-0003", "1", null)]);
        Assert.Equal(5, (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion).Samples);
        Assert.Single(await hospital.TakeOutAsync(2));
        Assert.Equal(4, await hospital.WithoutRenditionAsync(2));
    }

    [Fact]
    public async Task Volumes_are_not_archived_and_each_of_their_samples_is_counted_as_without()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy());
        var volume = Volume.ToNifti(7);
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom(), Phantom.Of(2, 1).ToDicom(), volume]);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null)]);
        await hospital.LabelAsync("file", [new(Sha256Digest.Of(volume).ToString(), "0", null)]);
        Assert.Equal(9, (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion).Samples);
        Assert.Equal((2, 7), ((await hospital.TakeOutAsync()).Count, await hospital.WithoutRenditionAsync(1)));
    }

    [Fact]
    public async Task What_is_kept_apart_is_archived_when_it_is_released_and_destroyed_when_it_is_deleted()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy());
        var upload = await hospital.OpenUploadAsync();
        await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom());
        var released = await hospital.QuarantineAsync(Hospital.Dataset, upload, Phantom.Of(2, 1), QuarantineCode.NotChest);
        var deleted = await hospital.QuarantineAsync(Hospital.Dataset, upload, Phantom.Of(3, 1), QuarantineCode.NotChest);
        await hospital.QuarantineAsync(Hospital.Dataset, upload, Phantom.Of(4, 1), QuarantineCode.NotCt);
        await hospital.CloseUploadAsync(upload);
        Assert.Equal(3, hospital.Blobs("renditions"));
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0002", "0", null), new("PHANTOM-0003", "0", null)]);
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        Assert.Single(await hospital.TakeOutAsync());

        (await hospital.ReleaseAsync(Hospital.Dataset, released)).As(ContractsJson.Strict.QuarantineDecided);
        (await hospital.DeleteAsync(Hospital.Dataset, deleted)).As(ContractsJson.Strict.QuarantineDecided);
        Assert.Equal(2, hospital.Blobs("renditions"));
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        Assert.Contains($"{released}.dcm", await hospital.TakeOutAsync(2));
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task Dropping_and_withdrawing_destroy_renditions_too()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy());
        var token = await hospital.CreateTokenAsync();
        await hospital.StowAsync(token, Phantom.Of(1, 1).ToDicom(), Phantom.Of(1, 2).ToDicom());
        await hospital.UploadAsync([Phantom.Of(2, 1).ToDicom(), Phantom.Of(3, 1).ToDicom()]);
        Assert.Equal(4, hospital.Blobs("renditions"));
        await hospital.DropAsync(token);
        Assert.Equal(2, hospital.Blobs("renditions"));

        await hospital.LabelAsync("patient", [new("PHANTOM-0002", "1", null), new("PHANTOM-0003", "0", null)]);
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        await hospital.WithdrawAsync();
        Assert.Equal((0, 0, 0), (hospital.Blobs("renditions"), hospital.Blobs("headers"), hospital.Blobs("bodies")));
        Assert.Equal(HttpStatusCode.Conflict, (await hospital.ArchivePartAsync("archive-00000")).Status);
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task A_part_that_is_not_what_was_sealed_never_comes_whole_and_is_on_record()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(patients: 40, Archived.Policy());
        var part = Assert.Single((await hospital.ArchiveAsync()).Parts);
        var body = Path.Combine(hospital.State, "blobs", "bodies", Hospital.Dataset, part.Id);
        var bytes = await File.ReadAllBytesAsync(body);
        const int Segment = 65564;
        Assert.True(bytes.Length > 3 * Segment);

        // Two whole segments change places: each still authenticates.
        byte[] swapped = [.. bytes[Segment..(2 * Segment)], .. bytes[..Segment], .. bytes[(2 * Segment)..]];
        await File.WriteAllBytesAsync(body, swapped);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await hospital.ArchivePartAsync(part.Id)).Status);
        await Wait.UntilAsync(
            "the alteration to be on record", async () => (await hospital.LogAsync()).Any(entry => entry.Act == Acts.PartAltered && entry.Subjects["part"] == part.Id), TimeSpan.FromSeconds(60));
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task A_rendition_that_is_not_what_was_stored_is_never_sealed_and_is_on_record()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy());
        var bytes = (Phantom.Of(1, 1) with { Side = 256 }).ToDicom();
        await hospital.UploadAsync([bytes]);
        await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null)]);
        var blob = Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", "renditions", Hospital.Dataset)).Single();
        var content = await File.ReadAllBytesAsync(blob);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, content);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await hospital.SealAsync()).Status);
        Assert.Contains(await hospital.LogAsync(), entry => entry.Act == Acts.PartAltered && entry.Subjects["part"] == hospital.KeyOf(Hospital.Dataset, bytes));
        Assert.Equal(HttpStatusCode.NotFound, (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Archive, Hospital.Dataset, "1"), hospital.Steward)).Status);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task What_a_crash_left_between_rendition_and_record_is_gone_after_the_next_start()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync(Archived.Policy());
        var token = await hospital.CreateTokenAsync();
        await hospital.StopGatewayAsync();
        var objects = StewardWork.Phantoms(12).Select(phantom => (phantom with { Side = 256 }).ToDicom()).ToList();
        await using (var gateway = await GatewayProcess.StartAsync(hospital))
        {
            await using var request = await OpenRequest.StartAsync(hospital, token);
            await request.SendAsync(Pacs.Bytes(objects)[..^1000]);
            await Wait.UntilAsync("renditions to be in the store", () => Task.FromResult(hospital.Blobs("renditions") > 3), TimeSpan.FromMinutes(3));
            await gateway.DisposeAsync();
        }

        // As if the last of them had been written and not been recorded.
        await File.WriteAllBytesAsync(Path.Combine(hospital.State, "blobs", "renditions", Hospital.Dataset, Guid.NewGuid().ToString("N")), RandomNumberGenerator.GetBytes(100));
        await hospital.StartGatewayAsync();
        Assert.Equal(await hospital.HeldAsync(Hospital.Dataset, objects), hospital.Blobs("renditions"));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, objects)).Status);
        Assert.Equal(objects.Count, hospital.Blobs("renditions"));
    }

    private static string HounsfieldOf(Phantom phantom) => Convert.ToHexStringLower(SHA256.HashData(
        [.. Enumerable.Range(0, phantom.Side * phantom.Side).SelectMany(i => BitConverter.GetBytes((short)(phantom.Fill + (i % 7) - 1024)))]));
}
