using System.Net;
using System.Security.Cryptography;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>An Azure store behind a way that breaks, alters, throttles and loses answers.</summary>
public sealed class AzureFaultTests(AzuriteServer azurite) : IAsyncLifetime
{
    private const string Name = "bodies/d/shard-00000";
    private readonly byte[] _content = RandomNumberGenerator.GetBytes((9 << 20) + 17);
    private StoreRelay _relay = null!;
    private AzureBlobStore _store = null!;
    private BlobContainerAddress _address = null!;

    [Fact]
    public async Task A_connection_cut_while_reading_is_taken_up_where_it_broke()
    {
        var written = await _store.WriteAsync(Name, _content, CancellationToken.None);
        _relay.Handle = exchange => exchange.ForwardAsync(cutAfter: 1_500_000);
        Assert.Equal(_content, await ReadAsync(written));
        var ranges = _relay.Seen.Where(exchange => exchange.Method == "GET").Select(exchange => exchange.Range).ToList();
        Assert.True(ranges.Count >= 6, $"{ranges.Count} requests");
        Assert.Null(ranges[0]);
        Assert.All(ranges[1..], Assert.NotNull);
        Assert.Equal(ranges.Distinct(), ranges);
    }

    [Fact]
    public async Task An_answer_that_falls_silent_is_taken_up_where_it_stopped()
    {
        var written = await _store.WriteAsync(Name, _content, CancellationToken.None);
        _relay.Handle = exchange => exchange.Range is null ? exchange.ForwardAsync(silentAfter: 3_000_000) : exchange.ForwardAsync();
        _store = Store(silence: TimeSpan.FromSeconds(2));
        Assert.Equal(_content, await ReadAsync(written));
    }

    [Fact]
    public async Task A_blob_replaced_between_a_cut_and_its_resumption_is_an_error_and_no_splice()
    {
        await _store.WriteAsync(Name, _content, CancellationToken.None);
        _relay.Handle = async exchange =>
        {
            _relay.Handle = next => next.ForwardAsync();
            await exchange.ForwardAsync(cutAfter: 1_500_000);
        };
        await using var reading = (await _store.OpenReadAsync(Name, CancellationToken.None))!;
        await reading.ReadExactlyAsync(new byte[1000]);
        await _store.WriteAsync(Name, RandomNumberGenerator.GetBytes(_content.Length), CancellationToken.None);
        await Assert.ThrowsAsync<BlobAlteredException>(() => reading.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_blob_destroyed_between_a_cut_and_its_resumption_is_an_error()
    {
        await _store.WriteAsync(Name, _content, CancellationToken.None);
        _relay.Handle = async exchange =>
        {
            _relay.Handle = next => next.ForwardAsync();
            await exchange.ForwardAsync(cutAfter: 1_500_000);
        };
        await using var reading = (await _store.OpenReadAsync(Name, CancellationToken.None))!;
        await _store.DeleteAsync(Name, CancellationToken.None);
        await Assert.ThrowsAsync<BlobAlteredException>(() => reading.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_store_that_breaks_off_every_connection_is_given_up()
    {
        await _store.WriteAsync(Name, _content, CancellationToken.None);
        _relay.Handle = exchange => exchange.Range is null ? exchange.ForwardAsync(cutAfter: 1000) : exchange.ForwardAsync(cutAfter: 0);
        await using var reading = (await _store.OpenReadAsync(Name, CancellationToken.None))!;
        await Assert.ThrowsAsync<BlobStoreException>(() => reading.CopyToAsync(Stream.Null));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "ServerBusy")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(HttpStatusCode.TooManyRequests, "TooManyRequests")]
    public async Task A_throttled_request_is_made_again(HttpStatusCode status, string code)
    {
        var asked = 0;
        _relay.Handle = exchange => Interlocked.Increment(ref asked) % 3 == 0 ? exchange.ForwardAsync() : exchange.AnswerAsync(status, code);
        Assert.Equal(_content, await ReadAsync(await _store.WriteAsync(Name, _content, CancellationToken.None)));
        Assert.Equal([Name], await _store.ListAsync("bodies/d", CancellationToken.None));
        await _store.DeleteAsync(Name, CancellationToken.None);
        Assert.Null(await _store.OpenReadAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task A_store_that_stays_busy_is_reported_and_nothing_is_written()
    {
        _relay.Handle = exchange => exchange.Query.Contains("blocklist", StringComparison.Ordinal)
            ? exchange.AnswerAsync(HttpStatusCode.ServiceUnavailable, "ServerBusy")
            : exchange.ForwardAsync();
        var refused = await Assert.ThrowsAsync<BlobStoreException>(() => _store.WriteAsync(Name, _content, CancellationToken.None));
        Assert.Contains("ServerBusy", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _store.OpenReadAsync(Name, CancellationToken.None));
    }

    [Fact]
    public async Task A_block_that_stays_refused_fails_the_write_before_its_content_is_through()
    {
        _relay.Handle = exchange => exchange.AnswerAsync(HttpStatusCode.Forbidden, "AuthorizationFailure");
        var pieces = 0;
        await Assert.ThrowsAsync<BlobStoreException>(() => _store.WriteAsync(
            Name,
            async (stream, token) =>
            {
                for (; pieces < 100; pieces++)
                {
                    await stream.WriteAsync(new byte[1 << 20], token);
                }
            },
            CancellationToken.None));
        Assert.InRange(pieces, 4, 12);
    }

    /// <summary>The service did what was asked, and the answer was lost: the same is asked again.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData((9 << 20) + 17)]
    public async Task A_lost_answer_does_no_harm(int bytes)
    {
        var (content, lost) = (_content[..bytes], new HashSet<string>());
        _relay.Handle = exchange => exchange.ForwardAsync(cutAfter: lost.Add(exchange.Method + exchange.Query) ? -1 : long.MaxValue);
        Assert.Equal(content, await ReadAsync(await _store.WriteAsync(Name, content, CancellationToken.None)));
        await _store.DeleteAsync(Name, CancellationToken.None);
        Assert.Null(await _store.OpenReadAsync(Name, CancellationToken.None));
        Assert.True(lost.Count >= 3);
    }

    /// <summary>Small blobs and blocks carry their MD5: what the way altered is refused by the service, and sent again. (Azurite
    /// refuses it by another code than the service, "InvalidOperation", which the relay puts right.)</summary>
    [Theory]
    [InlineData(100)]
    [InlineData((9 << 20) + 17)]
    public async Task A_byte_altered_on_the_way_is_not_what_is_stored(int bytes)
    {
        var (content, altered) = (_content[..bytes], new HashSet<string>());
        _relay.Handle = exchange => exchange.Method == "PUT" && !exchange.Query.Contains("blocklist", StringComparison.Ordinal) && altered.Add(exchange.Query)
            ? exchange.ForwardAsync(flipAt: 50, header: ("x-ms-error-code", "Md5Mismatch"))
            : exchange.ForwardAsync();
        Assert.Equal(content, await ReadAsync(await _store.WriteAsync(Name, content, CancellationToken.None)));
        Assert.NotEmpty(altered);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task An_account_that_keeps_what_is_deleted_is_refused()
    {
        await _store.WriteAsync(Name, new byte[] { 1 }, CancellationToken.None);
        _relay.Handle = exchange => exchange.ForwardAsync(header: exchange.Method == "DELETE" ? ("x-ms-delete-type-permanent", "false") : null);
        Assert.Contains("soft delete", (await Assert.ThrowsAsync<BlobStoreException>(() => _store.DeleteAsync(Name, CancellationToken.None))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreException>(() => _store.CheckAsync(CancellationToken.None));
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task An_account_that_keeps_earlier_versions_is_refused()
    {
        _relay.Handle = exchange => exchange.ForwardAsync(header: ("x-ms-version-id", "2026-01-01T00:00:00.0000000Z"));
        Assert.Contains("versioning", (await Assert.ThrowsAsync<BlobStoreException>(() => _store.CheckAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreException>(() => _store.WriteAsync(Name, _content, CancellationToken.None));
    }

    public async ValueTask InitializeAsync()
    {
        var container = await azurite.CreateContainerAsync();
        _relay = await StoreRelay.StartAsync(container.Url);
        _address = new(_relay.Url, container.Credential);
        _store = Store(silence: TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }
    }

    private AzureBlobStore Store(TimeSpan silence) => new(_address, new(pause: TimeSpan.FromMilliseconds(5), silence));

    private async Task<byte[]> ReadAsync(BlobWritten written)
    {
        await using var stream = await _store.OpenCheckedAsync(Name, written.Digest, written.Bytes, CancellationToken.None);
        var read = new MemoryStream();
        await stream.CopyToAsync(read);
        return read.ToArray();
    }
}
