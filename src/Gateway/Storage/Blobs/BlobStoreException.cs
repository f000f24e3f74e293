namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>The store did not do what it was asked: it could not be reached, refused, or does not keep what the gateway promises.</summary>
public sealed class BlobStoreException : IOException
{
    public BlobStoreException() { }
    public BlobStoreException(string message) : base(message) { }
    public BlobStoreException(string message, Exception innerException) : base(message, innerException) { }
}
