// The runtime refuses to run code of an assembly that says it is a reference: should this one ever stand where the real one belongs,
// the worker fails to start instead of answering from here.
[assembly: System.Runtime.CompilerServices.ReferenceAssembly]

namespace gdcm;

public class Object : System.IDisposable
{
    public virtual void Dispose() => throw null!;
}

public class Reader : System.IDisposable
{
    public void SetFileName(string name) => throw null!;
    public virtual bool Read() => throw null!;
    public virtual void Dispose() => throw null!;
}

public class PixmapReader : Reader;

public class ImageReader : PixmapReader
{
    public override bool Read() => throw null!;
    public Image GetImage() => throw null!;
}

public class PixelFormat : System.IDisposable
{
    public ushort GetSamplesPerPixel() => throw null!;
    public ushort GetBitsAllocated() => throw null!;
    public ushort GetBitsStored() => throw null!;
    public ushort GetHighBit() => throw null!;
    public ushort GetPixelRepresentation() => throw null!;
    public virtual void Dispose() => throw null!;
}

public class Bitmap : Object
{
    public uint GetDimension(uint index) => throw null!;
    public PixelFormat GetPixelFormat() => throw null!;
    public uint GetBufferLength() => throw null!;
    public bool GetBuffer(byte[] buffer) => throw null!;
}

public class Pixmap : Bitmap;

public class Image : Pixmap;

public class Trace : System.IDisposable
{
    public static void DebugOff() => throw null!;
    public static void WarningOff() => throw null!;
    public static void ErrorOff() => throw null!;
    public virtual void Dispose() => throw null!;
}

public class Version : System.IDisposable
{
    public static string GetVersion() => throw null!;
    public virtual void Dispose() => throw null!;
}
