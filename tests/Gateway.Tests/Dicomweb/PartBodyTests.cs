using System.IO.Pipelines;
using Scanlock.Gateway.Dicomweb;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Dicomweb;

public sealed class PartBodyTests
{
    // What lies in a pipe already is read in less, however busy the machine.
    private static readonly TimeSpan s_brief = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_sender_that_falls_silent_has_broken_off()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync((Phantom.Of(1, 1) with { Side = 64 }).ToDicom());
        await using var body = await PartBody.OpenAsync(pipe.Reader.AsStream(), s_brief, CancellationToken.None);
        Assert.Equal(Phantom.Of(1, 1).Sop, body!.Sop!.InstanceUid);
        await Assert.ThrowsAsync<BrokenPartException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_sender_that_is_silent_from_the_start_is_not_waited_for()
    {
        var pipe = new Pipe();
        Assert.Null(await PartBody.OpenAsync(pipe.Reader.AsStream(), s_brief, CancellationToken.None));
    }

    [Fact]
    public async Task Who_goes_away_is_not_called_slow()
    {
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var pipe = new Pipe();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PartBody.OpenAsync(pipe.Reader.AsStream(), TimeSpan.FromMinutes(1), gone.Token));
    }

    [Fact]
    public async Task A_part_is_read_whole_its_beginning_included()
    {
        var sent = (Phantom.Of(1, 1) with { Side = 64 }).ToDicom();
        await using var body = await PartBody.OpenAsync(new MemoryStream(sent), TimeSpan.FromMinutes(1), CancellationToken.None);
        using var read = new MemoryStream();
        await body!.CopyToAsync(read);
        Assert.Equal(sent, read.ToArray());
    }

    [Fact]
    public async Task Who_has_heard_enough_of_a_part_waits_for_no_more_of_it()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync((Phantom.Of(1, 1) with { Side = 64 }).ToDicom());
        await using var body = await PartBody.OpenAsync(pipe.Reader.AsStream(), TimeSpan.FromMinutes(1), CancellationToken.None);
        using var judged = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => body!.CopyToAsync(Stream.Null, judged.Token)).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_is_told_from_a_store_that_fails()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync((Phantom.Of(1, 1) with { Side = 64 }).ToDicom());
        await using var body = await PartBody.OpenAsync(pipe.Reader.AsStream(), TimeSpan.FromMinutes(1), CancellationToken.None);
        await pipe.Writer.CompleteAsync(new IOException("The connection is gone."));
        var broken = await Assert.ThrowsAsync<BrokenPartException>(() => body!.CopyToAsync(Stream.Null));
        Assert.IsType<IOException>(broken.InnerException);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(131)]
    [InlineData(140)]
    [InlineData(300)]
    public void A_head_cut_anywhere_names_nothing_or_all(int length)
    {
        var head = Phantom.Of(1, 1).ToDicom().AsSpan(0, length);
        var sop = SopReference.Read(head);
        Assert.True(sop is null || sop.InstanceUid == Phantom.Of(1, 1).Sop);
        Assert.Equal(length == 300, sop is not null);
    }

    [Fact]
    public void A_length_that_lies_names_nothing()
    {
        var bytes = Phantom.Of(1, 1).ToDicom();
        (bytes[150], bytes[151]) = (0xFF, 0xFF);
        Assert.Null(SopReference.Read(bytes.AsSpan(0, 4096 > bytes.Length ? bytes.Length : 4096)));
    }
}
