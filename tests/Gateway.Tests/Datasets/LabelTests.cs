using System.Net;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class LabelTests
{
    [Theory]
    [InlineData("sop", 1)]
    [InlineData("series", 2)]
    [InlineData("study", 2)]
    [InlineData("accession", 2)]
    [InlineData("patient", 2)]
    [InlineData("file", 1)]
    public async Task Labels_find_their_objects_by_every_kind_of_key(string kind, int labelled)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var phantoms = StewardWork.Phantoms(2);
        await hospital.UploadAsync(phantoms.Select(phantom => phantom.ToDicom()));
        var key = kind switch
        {
            "sop" => phantoms[0].Sop,
            "series" => phantoms[0].Series,
            "study" => phantoms[0].Study,
            "accession" => phantoms[0].Accession,
            "patient" => phantoms[0].Patient,
            _ => Sha256Digest.Of(phantoms[0].ToDicom()).ToString(),
        };
        var report = (await hospital.LabelAsync(kind, [new(key, "1", null)])).As(ContractsJson.Strict.LabelReport);
        Assert.Equal((labelled, 4 - labelled), (report.Labelled, report.Unlabelled));
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task Labels_for_what_does_not_exist_change_nothing_and_name_their_rows()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()]);
        var answer = await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("GHOST", "0", null)]);
        var problem = answer.Problem(HttpStatusCode.BadRequest);
        Assert.DoesNotContain("GHOST", answer.Text, StringComparison.Ordinal);
        Assert.Contains("1 of 2", problem, StringComparison.Ordinal);
        Assert.Equal(1, answer.Json.GetProperty("unmatched")[0].GetInt32());
        Assert.DoesNotContain(await hospital.LogAsync(), entry => entry is { Act: Acts.DatasetLabel, Decision: not "deny" });
        Assert.Contains("no label", (await hospital.SealAsync()).Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maybe", "row 1")]
    [InlineData("", "row 1")]
    [InlineData("-1", "row 1")]
    public async Task A_value_that_is_no_class_is_refused(string value, string named)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var answer = await hospital.LabelAsync("patient", [new("PHANTOM-0001", value, null)]);
        answer.Problem(HttpStatusCode.BadRequest);
        Assert.Contains(named, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("val")]
    public async Task A_class_and_the_part_of_a_split_are_labels(string value)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()]);
        Assert.Equal(1, (await hospital.LabelAsync("patient", [new("PHANTOM-0001", value, null)])).As(ContractsJson.Strict.LabelReport).Labelled);
    }

    [Fact]
    public async Task Two_rows_that_contradict_each_other_are_refused()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.UploadAsync([Phantom.Of(1, 1).ToDicom()]);
        var answer = await hospital.LabelAsync("patient", [new("PHANTOM-0001", "1", null), new("PHANTOM-0001", "0", null)]);
        Assert.Contains("contradict", answer.Problem(HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }
}
