using System.Text;
using Scanlock.Contracts;

namespace Scanlock.Policy.Tests;

[Trait("promise", "P11")]
public sealed class LoaderTests
{
    [Fact]
    public void The_policy_of_the_design_is_read_whole()
    {
        var policy = Sample.Loaded(Sample.Text);

        Assert.Equal("covid-ct", policy.Dataset);
        Assert.Equal("saint-brannoch", policy.Steward);
        Assert.Equal(new("CE 412/2026", "GDPR 9(2)(j)", null), policy.Basis);
        Assert.Equal([Duo.Hmb], policy.Purposes.Permit);
        Assert.Equal("NPU", Assert.Single(policy.Purposes.Modifiers).Code);
        Assert.Equal(["unito"], Assert.Single(policy.Who).Organisations);
        Assert.Equal(["IT"], policy.Countries);
        Assert.Equal(["demo-cluster"], policy.Sites);
        Assert.Equal(Sha256Digest.FromHash(new byte[32]), Assert.Single(policy.Trainers));
        Assert.Equal(new ApprovalRule(1, "reviewer"), policy.Approvals);
        Assert.Equal(new LimitRule(1000, 150_000_000, 100, 2000), policy.Limits);
        Assert.Equal(new(8, 100, 20), policy.Minima);
        Assert.Null(Assert.Single(policy.InitialWeights));
        Assert.Equal(["bubblewrap", "apptainer"], policy.Isolation);
        Assert.Equal(TimeSpan.FromMinutes(15), policy.Lease);
        Assert.Equal(new DateTimeOffset(2027, 7, 1, 0, 0, 0, TimeSpan.Zero), policy.ExpiresAt);
        Assert.Equal(new(600_000_000, "bf16", 5, "auto", 1), policy.Egress);
        Assert.Equal(Sha256Digest.Of(Encoding.UTF8.GetBytes(Sample.Text)), policy.Revision);
    }

    [Fact]
    public void Every_rule_knows_its_line()
    {
        var policy = Sample.Loaded(Sample.Text.Replace("limits: {trials: 1000, ", "limits:\n  trials: 1000\n  epochs: 100\n  parameters: 150_000_000\n  progress_values: 2000\n#", StringComparison.Ordinal));

        Assert.Equal(4, policy.LineOf("purposes"));
        Assert.Equal(4, policy.LineOf("purposes.modifiers.NPU"));
        Assert.Equal(5, policy.LineOf("who[1]"));
        Assert.Equal(10, policy.LineOf("limits"));
        Assert.Equal(12, policy.LineOf("limits.epochs"));
        Assert.Equal(0, policy.LineOf("revoked"));
    }

    /// <summary>What is replaced in the sample, by what, and the one problem that must come of it.</summary>
    [Theory]
    [InlineData("purposes:", "purposse:", "4:1: unknown key 'purposse' in the policy (did you mean 'purposes'?)")]
    [InlineData("epochs:", "epcohs:", "10:49: unknown key 'epcohs' in 'limits' (did you mean 'epochs'?)")]
    [InlineData("steward: saint-brannoch", "wibble: 1", "2:1: unknown key 'wibble' in the policy|1:1: the policy lacks 'steward'")]
    [InlineData("lease: 15m\n", "", "1:1: the policy lacks 'lease'")]
    [InlineData("batch: 8, ", "", "11:9: 'minima' lacks 'batch'")]
    [InlineData("countries: [IT]", "countries: [IT]\ncountries: [FR]", "7:1: 'countries' is given twice; the first is on line 6")]
    [InlineData("{batch: 8,", "{batch: 8, batch: 1,", "11:20: 'batch' is given twice; the first is on line 11")]
    [InlineData("permit: [HMB]", "permit: [HBM]", "4:21: 'HBM' is not a permission of the Data Use Ontology (did you mean 'HMB'?); known are NRES, GRU, HMB, DS, POA")]
    [InlineData("permit: [HMB]", "permit: [NPU]", "4:21: NPU (not for profit organisation use only) is a modifier of the Data Use Ontology; a permission belongs here")]
    [InlineData("modifiers: [NPU]", "modifiers: [GRU]", "4:39: GRU (general research use) is a permission of the Data Use Ontology; a modifier belongs here")]
    [InlineData("permit: [HMB]", "permit: [HMB, HMB]", "4:26: 'HMB' is listed twice in 'purposes.permit'")]
    [InlineData("permit: [HMB]", "permit: [HMB, \"DUO:0000006\"]", "4:26: 'DUO:0000006' is listed twice in 'purposes.permit'")]
    [InlineData("permit: [HMB]", "permit: [DS]", "4:21: DS (disease specific research) needs the list 'purposes.diseases'")]
    [InlineData("modifiers: [NPU]", "modifiers: [US]", "4:39: US (user specific restriction) needs the list 'purposes.users'")]
    [InlineData("modifiers: [NPU]", "modifiers: [GS]", "4:39: GS (geographical restriction) needs the list 'purposes.regions'")]
    [InlineData("modifiers: [NPU]", "institutions: [unito]", "4:27: 'purposes.institutions' has no effect without the term IS")]
    [InlineData("role: researcher", "role: reseacher", "5:37: 'reseacher' is not one of admin, steward, reviewer, researcher, auditor (did you mean 'researcher'?)")]
    [InlineData("who: [{organisation: [unito], role: researcher}]", "who: researcher", "5:6: 'who' must be a list, such as [a, b], not 'researcher'")]
    [InlineData("who: [{organisation: [unito], role: researcher}]", "who: [unito]", "5:7: 'who[1]' must be a map of keys (organisation, role), not 'unito'")]
    [InlineData("countries: [IT]", "countries: [UK]", "6:13: 'UK' is not a country code of ISO 3166, such as IT (the United Kingdom is 'GB')")]
    [InlineData("countries: [IT]", "countries: [it]", "6:13: 'it' is not a country code of ISO 3166, such as IT (did you mean 'IT'?)")]
    [InlineData("countries: [IT]", "countries: IT", "6:12: 'countries' must be a list, such as [a, b], not 'IT'")]
    [InlineData("sites: [demo-cluster]", "sites: [Demo Cluster]", "7:9: 'Demo Cluster' is not a name: use a-z, 0-9, '-', '_' and '.', starting with a letter or digit, at most 64")]
    [InlineData("sites: [demo-cluster]", "sites: [[demo-cluster]]", "7:9: each of 'sites' must be a single value, not a list")]
    [InlineData("000]", "00]", "8:12: 'sha256:00000000000000000000000000000000000000000000000000...' is not a digest: write 'sha256:' and 64 lower-case hex digits")]
    [InlineData("[sha256:0000", "[md5:0000", "8:12: 'md5:00000000000000000000000000000000000000000000000000000...' is not a digest: write 'sha256:' and 64 lower-case hex digits")]
    [InlineData("need: 1", "need: one", "9:19: 'approvals.need' must be a whole number without quotes, not 'one'")]
    [InlineData("need: 1", "need: \"1\"", "9:19: 'approvals.need' must be a whole number without quotes, not the text \"1\"")]
    [InlineData("need: 1", "need: -1", "9:19: 'approvals.need' must be from 0 to 20, not -1")]
    [InlineData("trials: 1000", "trials: 1e3", "10:18: 'limits.trials' must be a whole number without quotes, not '1e3'")]
    [InlineData("trials: 1000", "trials: 99999999999999999999", "10:18: 'limits.trials' must be a whole number without quotes, not '99999999999999999999'")]
    [InlineData("trials: 1000", "trials: ", "10:18: 'limits.trials' must be a whole number without quotes, not nothing")]
    [InlineData("trials: 1000", "trials: 1__0", "10:18: 'limits.trials' must be a whole number without quotes, not '1__0'")]
    [InlineData("patients: 20", "patients: 0", "11:42: 'minima.patients' must be from 1 to 100000000, not 0")]
    [InlineData("initial_weights: [none]", "initial_weights: [any]", "12:19: 'any' names no initial weights: write 'none', or 'sha256:' and 64 lower-case hex digits")]
    [InlineData("apptainer", "aptainer", "13:25: 'aptainer' is not one of bubblewrap, bubblewrap-swap, apptainer, none (did you mean 'apptainer'?)")]
    [InlineData("lease: 15m", "lease: 15 minutes", "14:8: '15 minutes' is not a duration: write a number and s, m or h, such as 15m")]
    [InlineData("lease: 15m", "lease: 48h", "14:8: a lease lasts from 5s to 24h, not 48h")]
    [InlineData("lease: 15m", "lease: 1s", "14:8: a lease lasts from 5s to 24h, not 1s")]
    [InlineData("lease: 15m", "lease: {m: 15}", "14:8: 'lease' must be a single value, not a map")]
    [InlineData("2027-06-30", "2027-02-30", "15:10: '2027-02-30' is not a date: write YYYY-MM-DD, such as 2027-06-30")]
    [InlineData("2027-06-30", "30/06/2027", "15:10: '30/06/2027' is not a date: write YYYY-MM-DD, such as 2027-06-30")]
    [InlineData("precision: bf16", "precision: fp16", "16:45: 'fp16' is not one of bf16, f32")]
    [InlineData("metrics: auto", "metrics: always", "16:74: 'always' is not one of auto, review")]
    [InlineData("models: {review: 1}", "models: 1", "16:88: 'egress.models' must be a map of keys (review), not '1'")]
    [InlineData("covid-ct", "\"covid-ct\\n\"", "1:10: 'covid-ct ' is not a name: use a-z, 0-9, '-', '_' and '.', starting with a letter or digit, at most 64")]
    public void A_mistake_is_reported_with_its_line_and_column(string written, string mistaken, string problems)
    {
        Assert.Contains(written, Sample.Text, StringComparison.Ordinal);
        var text = Sample.Text.Replace(written, mistaken, StringComparison.Ordinal);

        Assert.Equal(problems.Split('|').Order(), Sample.Problems(text).Order());
    }

    [Theory]
    [InlineData("  - {name: a, request: {}, expect: alow}", "18:36: 'alow' is not one of deny, needs-approval, allow (did you mean 'allow'?)")]
    [InlineData("  - {name: a, request: {}}", "18:5: 'tests[1]' lacks 'expect'")]
    [InlineData("  - {name: a, request: {sit: x}, expect: deny}", "18:25: unknown key 'sit' in 'tests[1].request' (did you mean 'site'?)")]
    [InlineData("  - {name: a, request: {}, expect: deny, because: [purpose]}", "18:52: 'purpose' is not one of dataset, purposes, who, countries, sites, trainers, approvals, limits, minima, initial_weights, isolation, expires, egress (did you mean 'purposes'?)")]
    [InlineData("  - {name: a, request: {}, expect: allow, because: [who]}", "18:43: an allow comes of every rule together, so 'because' says nothing here")]
    [InlineData("  - {name: a, request: {}, expect: deny}\n  - {name: a, request: {}, expect: deny}", "19:6: there is a case named 'a' already")]
    [InlineData("  - {name: a, request: {user: ada}, expect: deny}", "18:31: 'ada' is not a user: write ISSUER#SUBJECT, as the catalogue of users shows it")]
    [InlineData("  - {name: a, request: {on: yesterday}, expect: deny}", "18:29: 'yesterday' is not a date: write YYYY-MM-DD, such as 2027-06-30")]
    public void A_mistake_in_a_case_is_reported_too(string cases, string problem) =>
        Assert.Equal([problem], Sample.Problems($"{Sample.Text}\ntests:\n{cases}"));

    [Fact]
    public void All_mistakes_are_reported_at_once_in_the_order_of_the_file()
    {
        var text = Sample.Text
            .Replace("HMB", "HBM", StringComparison.Ordinal)
            .Replace("need: 1", "need: many", StringComparison.Ordinal)
            .Replace("lease: 15m", "leese: 15m", StringComparison.Ordinal);

        Assert.Equal(["4:21", "9:19", "14:1"], Sample.Problems(text).Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("# nothing but a comment", "1:1: the file is empty")]
    [InlineData("- a list", "1:1: the policy must be a map of keys (dataset, steward,")]
    [InlineData("dataset: [unclosed", "2:1: this is not YAML: ")]
    [InlineData("dataset: \"open", "1:10: this is not YAML: ")]
    [InlineData("a: b: c", "1:5: this is not YAML: ")]
    [InlineData("a: &x [1]", "1:4: anchors (&name) are not allowed in a policy: write the value out")]
    [InlineData("a: *x", "1:4: aliases (*name) are not allowed in a policy: write the value out")]
    [InlineData("a: !!str b", "1:4: tags (!name) are not allowed in a policy")]
    [InlineData("? [a]\n: b", "1:3: a key must be a plain word")]
    [InlineData("a: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]", "1:16: this is nested deeper than 12 levels")]
    [InlineData("a: 1\n---\nb: 2", "2:1: a policy file holds one document, and a second one starts here")]
    public void What_is_not_a_plain_document_is_refused(string text, string problem) =>
        Assert.Contains(Sample.Problems(text), found => found.StartsWith(problem, StringComparison.Ordinal));

    [Fact]
    public void A_file_too_long_or_too_full_is_refused_before_it_is_understood()
    {
        var tooLong = Sample.Text + "\n#" + new string('x', PolicyLoader.LongestFile);
        var tooFull = "a: [" + string.Concat(Enumerable.Repeat("1,", 21_000)) + "]";

        Assert.Equal([$"1:1: the file has {tooLong.Length} bytes; a policy has at most {PolicyLoader.LongestFile}"], Sample.Problems(tooLong));
        Assert.Equal(["1:39999: a policy file holds at most 20000 values"], Sample.Problems(tooFull));
    }

    [Fact]
    public void A_list_longer_than_anyone_writes_is_refused()
    {
        var text = Sample.Text.Replace("countries: [IT]", $"countries: [{string.Join(',', Enumerable.Repeat("IT", 1_001))}]", StringComparison.Ordinal);

        Assert.Contains("6:12: 'countries' lists 1001 values; at most 1000 are read", Sample.Problems(text));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_named_by_their_place()
    {
        byte[] file = [.. "dataset: x\nst"u8, 0xE8, .. "ward: y"u8];

        var refused = Assert.IsType<PolicyLoad.Refused>(PolicyLoader.Load(file));
        Assert.Equal("p.yaml:2:3: this byte is not UTF-8 text", Assert.Single(refused.Problems).Format("p.yaml"));
    }

    [Fact]
    public void A_byte_order_mark_is_no_mistake() =>
        Assert.IsType<PolicyLoad.Loaded>(PolicyLoader.Load([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Sample.Text)]));

    [Fact]
    public void Terms_may_be_written_by_identifier()
    {
        var policy = Sample.Loaded(Sample.Text.Replace("permit: [HMB]", "permit: [\"DUO:0000006\"]", StringComparison.Ordinal));

        Assert.Equal([Duo.Hmb], policy.Purposes.Permit);
    }

    [Fact]
    public void Any_single_line_may_be_missing_or_doubled_and_the_loader_still_answers()
    {
        var lines = Sample.Text.Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            var without = string.Join('\n', lines.Where((_, index) => index != line));
            var doubled = string.Join('\n', lines.SelectMany((text, index) => Enumerable.Repeat(text, index == line ? 2 : 1)));
            Assert.IsType<PolicyLoad.Refused>(Sample.Load(without));
            Assert.IsType<PolicyLoad.Refused>(Sample.Load(doubled));
        }
    }
}
