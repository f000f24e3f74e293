using System.Text;
using Scanlock.Audit;

namespace Scanlock.Cli.Audit;

/// <summary>What a witness keeps: its key, and what it cosigned last.</summary>
internal static class WitnessFiles
{
    public static NoteSigner ReadKey(string path)
    {
        try
        {
            return NoteSigner.Parse(Encoding.UTF8.GetString(LogArgument.ReadSmall(path, SignedNote.MaxBytes))) is { Verifier.Kind: NoteKeyKind.Witness } key
                ? key
                : throw new AuditLogException($"{path} holds a log's key; a witness needs one of its own.");
        }
        catch (FormatException e)
        {
            throw new AuditLogException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Makes a key pair in two new files.</summary>
    public static void MakeKey(string path, string name)
    {
        NoteSigner signer;
        try
        {
            signer = NoteSigner.Generate(name, NoteKeyKind.Witness);
        }
        catch (ArgumentException e)
        {
            throw new AuditLogException(e.Message, e);
        }

        using var secret = OwnerOnly.Create(path, FileMode.CreateNew);
        using var verifier = new FileStream(path + ".vkey", FileMode.CreateNew, FileAccess.Write);
        secret.Write(Encoding.UTF8.GetBytes(signer.ExportSecret() + "\n"));
        verifier.Write(Encoding.UTF8.GetBytes(signer.Verifier + "\n"));
    }

    /// <summary>Replaces a file so that a stop at any moment leaves the old or the new one, whole and on the disk.</summary>
    public static void Replace(string path, byte[] bytes)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
