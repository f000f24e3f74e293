using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Dicomweb;

/// <summary>The store transaction of PS3.18 10.5, over real HTTP.</summary>
public sealed class StoreTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    public async Task All_stored_is_200_some_202_none_409_each_object_with_its_reason()
    {
        var token = await pacs.NewDatasetAsync();
        var (first, second) = (Phantom.Of(1, 1), Phantom.Of(1, 2));
        var magnetic = Phantom.Of(1, 3) with { Modality = "MR", SopClass = "1.2.840.10008.5.1.4.1.1.4" };

        var all = await hospital.StowAsync(token, first.ToDicom(), second.ToDicom());
        Assert.Equal(HttpStatusCode.OK, all.Status);
        Assert.Equal([first.Sop, second.Sop], all.Stored);
        Assert.Empty(all.Failed);

        var some = await hospital.StowAsync(token, magnetic.ToDicom(), "no object"u8.ToArray(), first.ToDicom(), Phantom.Of(2, 1).ToDicom()[..^500]);
        Assert.Equal(HttpStatusCode.Accepted, some.Status);
        Assert.Equal([magnetic.Sop, first.Sop], some.Stored);
        Assert.Equal([(Phantom.Of(2, 1).Sop, 0xC000)], some.Failed);
        Assert.Equal([0xC000], some.Other);

        // Kept, but apart: a PACS that asks again gets the same answer.
        var apart = await hospital.StowAsync(token, magnetic.ToDicom());
        Assert.Equal(HttpStatusCode.Accepted, apart.Status);
        Assert.Equal([magnetic.Sop], apart.Stored);

        var none = await hospital.StowAsync(token, Phantom.Of(2, 1).ToDicom()[..^500]);
        Assert.Equal(HttpStatusCode.Conflict, none.Status);
        Assert.Equal([(Phantom.Of(2, 1).Sop, 0xC000)], none.Failed);
        Assert.Empty(none.Stored);
    }

    [Fact]
    public async Task The_answer_names_what_was_stored_whatever_its_file_header_says()
    {
        var token = await pacs.NewDatasetAsync();
        var phantom = Phantom.Of(1, 1) with { Sop = "1.2.826.0.1.3680043.8.498.77.1" };
        var bytes = phantom.ToDicom();
        var meta = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(phantom.Sop));
        bytes[meta + phantom.Sop.Length - 1] = (byte)'2';
        Assert.Equal([phantom.Sop], (await hospital.StowAsync(token, bytes)).Stored);
    }

    [Fact]
    public async Task What_the_file_header_calls_another_class_does_not_match_it()
    {
        var token = await pacs.NewDatasetAsync();
        var phantom = Phantom.Of(1, 1);
        var bytes = phantom.ToDicom();
        var meta = bytes.AsSpan().IndexOf("1.2.840.10008.5.1.4.1.1.2"u8);
        bytes[meta + "1.2.840.10008.5.1.4.1.1.".Length] = (byte)'4';
        var answer = await hospital.StowAsync(token, bytes);
        Assert.Equal(HttpStatusCode.Conflict, answer.Status);
        Assert.Equal([(phantom.Sop, 0xA900)], answer.Failed);
    }

    [Fact]
    public async Task A_duplicate_cannot_be_told_from_a_first_store()
    {
        var token = await pacs.NewDatasetAsync();
        var bytes = Phantom.Of(1, 1).ToDicom();
        var first = await hospital.StowAsync(token, bytes);
        var again = await hospital.StowAsync(token, bytes);
        Assert.Equal((first.Status, first.Text), (again.Status, again.Text));
        Assert.Equal(HttpStatusCode.OK, again.Status);
    }

    [Fact]
    public async Task Only_objects_of_the_named_study_are_stored()
    {
        var token = await pacs.NewDatasetAsync();
        var (own, other) = (Phantom.Of(1, 1), Phantom.Of(2, 1));
        var answer = await hospital.StowAsync(
            new("Bearer", token.Secret), Routes.Fill(DicomwebRoutes.Study, token.Token.Dataset, own.Study), Pacs.Multipart(other.ToDicom(), own.ToDicom()));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal([own.Sop], answer.Stored);
        Assert.Equal([(other.Sop, 0xA900)], answer.Failed);
        Assert.Equal(0, await hospital.HeldAsync(token.Token.Dataset, other.ToDicom()));
    }

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=\"{0}\"", "e3a9f5c2")]
    [InlineData("multipart/related;type=application/dicom;boundary={0}", "e3a9f5c2")]
    [InlineData("multipart/related; boundary={0}", "e3a9f5c2")]
    [InlineData("multipart/related; type=\"Application/DICOM\"; boundary={0}", "e3a9f5c2")]
    [InlineData("multipart/related; type=\"application/dicom; transfer-syntax=1.2.840.10008.1.2.1\"; boundary={0}", "e3a9f5c2")]
    [InlineData("Multipart/Related; Boundary={0}; Type=\"application/dicom\"", "----=_Part_12/3:4")]
    [InlineData("multipart/related; start=\"<a;b>\"; type=\"application/dicom\"; boundary=\"{0}\"", "a b;c")]
    public async Task A_content_type_is_understood_as_clients_write_it(string contentType, string boundary)
    {
        var token = await pacs.NewDatasetAsync();
        using var body = Pacs.Body(
            Pacs.Bytes([Phantom.Of(1, 1).ToDicom()], boundary), contentType.Replace("{0}", boundary, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(new("Bearer", token.Secret), Pacs.Studies(token.Token.Dataset), body)).Status);
    }

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"", "x", 400)]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=\"\"", "x", 400)]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=b", "this is no multipart", 400)]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=b", "--b--\r\n", 400)]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=b", "", 400)]
    [InlineData("multipart/related; type=\"application/dicom+json\"; boundary=b", "--b--\r\n", 415)]
    [InlineData("multipart/form-data; boundary=b", "--b--\r\n", 415)]
    [InlineData("application/dicom", "x", 415)]
    [InlineData(null, "x", 415)]
    public async Task A_request_that_cannot_be_read_says_why(string? contentType, string text, int status)
    {
        var token = await pacs.NewDatasetAsync();
        using var body = Pacs.Body(Encoding.ASCII.GetBytes(text), contentType);
        var answer = await hospital.StowAsync(new("Bearer", token.Secret), Pacs.Studies(token.Token.Dataset), body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("application/problem+json", answer.MediaType);
    }

    [Fact]
    public async Task Headers_of_a_part_without_bound_end_the_request_but_not_what_came_before()
    {
        var token = await pacs.NewDatasetAsync();
        var good = Phantom.Of(1, 1);
        var sent = Encoding.Latin1.GetString(Pacs.Bytes([good.ToDicom()]))
            .Replace($"--{Pacs.Boundary}--\r\n", $"--{Pacs.Boundary}\r\nX-Long: {new string('x', 100_000)}\r\n\r\nx\r\n--{Pacs.Boundary}--\r\n", StringComparison.Ordinal);
        using var body = Pacs.Body(Encoding.Latin1.GetBytes(sent), $"multipart/related; boundary={Pacs.Boundary}");
        var answer = await hospital.StowAsync(new("Bearer", token.Secret), Pacs.Studies(token.Token.Dataset), body);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal([good.Sop], answer.Stored);
        Assert.Equal([0xC000], answer.Other);
    }

    [Theory]
    [InlineData(null, "application/dicom+json")]
    [InlineData("*/*", "application/dicom+json")]
    [InlineData("application/*", "application/dicom+json")]
    [InlineData("application/dicom+xml", "application/dicom+xml")]
    [InlineData("application/dicom+json;q=0.5, application/dicom+xml;q=0.9", "application/dicom+xml")]
    [InlineData("application/json", "application/json")]
    [InlineData("text/html", "application/problem+json")]
    public async Task The_answer_is_of_the_type_that_was_asked_for(string? accept, string mediaType)
    {
        var token = await pacs.NewDatasetAsync();
        using var body = Pacs.Multipart(Phantom.Of(1, 1).ToDicom());
        var answer = await hospital.StowAsync(new("Bearer", token.Secret), Pacs.Studies(token.Token.Dataset), body, accept);
        Assert.Equal(mediaType, answer.MediaType);
        Assert.Equal(accept == "text/html" ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task A_stewards_request_counts_in_the_session_it_names_and_tells_each_outcome_in_order()
    {
        var token = await pacs.NewDatasetAsync();
        var upload = await hospital.OpenUploadAsync(token.Token.Dataset);
        var bytes = Phantom.Of(1, 1).ToDicom();
        using var body = Pacs.Multipart(bytes, "no object"u8.ToArray(), bytes);
        var answer = await hospital.StowAsync(
            new("Bearer", hospital.Steward), $"{Pacs.Studies(token.Token.Dataset)}?{DicomwebRoutes.UploadQuery}={upload}", body, "application/json");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var outcomes = Wire.Read(answer.Body, ContractsJson.Strict.UploadedObjects).Objects;
        Assert.Equal([(0, "stored"), (1, "refused"), (2, "duplicate")], outcomes.Select(outcome => (outcome.Ordinal, outcome.Outcome)));
        var report = await hospital.CloseUploadAsync(upload, token.Token.Dataset);
        Assert.Equal((1, 1, 1), (report.Stored, report.Duplicates, report.Refused["not-dicom"]));

        using var late = Pacs.Multipart(bytes);
        var closed = await hospital.StowAsync(new("Bearer", hospital.Steward), $"{Pacs.Studies(token.Token.Dataset)}?upload={upload}", late);
        Assert.Equal(HttpStatusCode.Conflict, closed.Status);
        Assert.Equal([(Phantom.Of(1, 1).Sop, 0x0110)], closed.Failed);
    }

    [Fact]
    [Trait("promise", "P1")]
    public async Task Who_may_not_send_is_refused_and_is_on_record()
    {
        var token = await pacs.NewDatasetAsync();
        async Task<HttpStatusCode> SendAsync(string? who)
        {
            using var body = Pacs.Multipart(Phantom.Of(1, 1).ToDicom());
            return (await hospital.StowAsync(who is null ? null : new AuthenticationHeaderValue("Bearer", who), Pacs.Studies(token.Token.Dataset), body)).Status;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(null));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(hospital.Researcher));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(hospital.Token("stella", "saint-brannoch", Roles.Steward, scope: "read")));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(hospital.Token("steve", "elsewhere", Roles.Steward)));
        var entry = Assert.Single(
            await hospital.LogAsync(), logged => logged.Act == Acts.DatasetUpload && logged.Subjects["dataset"] == token.Token.Dataset);
        Assert.Equal("deny", entry.Decision);
        Assert.Equal(0, await hospital.HeldAsync(token.Token.Dataset, Phantom.Of(1, 1).ToDicom()));
    }

    [Theory]
    [InlineData("GET", "/dicomweb/datasets/covid-ct/studies")]
    [InlineData("GET", "/dicomweb/datasets/covid-ct/studies/1.2/series/1.3/metadata")]
    [InlineData("DELETE", "/dicomweb/datasets/covid-ct/studies/1.2")]
    [InlineData("POST", "/dicomweb/studies")]
    public async Task What_is_not_stored_by_it_is_not_served(string method, string path)
    {
        Assert.Contains("only stores", (await hospital.SendAsync(new(method), path, null)).Problem(HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_says_what_can_be_posted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Pacs.Studies("any"));
        using var answer = await hospital.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("POST", answer.Content.Headers.Allow);
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Where_log_or_intake_cannot_work_the_answer_is_503_with_a_time()
    {
        var token = await pacs.NewDatasetAsync();
        using var body = Pacs.Multipart(Phantom.Of(1, 1).ToDicom());
        using (Broken.Folder(Path.Combine(hospital.State, "audit")))
        {
            var refused = await hospital.StowAsync(new("Bearer", hospital.Token("steve", "elsewhere", Roles.Steward)), Pacs.Studies(token.Token.Dataset), body);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
    }
}
