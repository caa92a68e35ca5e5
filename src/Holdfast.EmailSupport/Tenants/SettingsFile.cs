using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.EmailSupport.Tenants;

/// <summary>The settings file as pages read and write it: whole or not at all, and never over somebody else's change.</summary>
internal sealed class SettingsFile(string path)
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock writing = new();

    public string Path => path;

    /// <summary>What stands in it now. A file that is not there is an empty one.</summary>
    /// <exception cref="SettingsFileException">It is not in a form that pages can change.</exception>
    public SettingsText Read()
    {
        var bytes = Bytes();
        try
        {
            // With comments in it, what is written would lack them; with names such as "Imap:Host" there are two ways to say the same.
            var settings = bytes.Length == 0 ? new() : JsonNode.Parse(bytes, documentOptions: new() { CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = true }) as JsonObject;
            if (settings is null || HasPathNames(settings))
                throw new SettingsFileException($"{path} is not written as one object of sections, so it can only be changed by hand.");
            return new(settings, VersionOf(bytes));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new SettingsFileException($"{path} holds comments or is not valid JSON, so it can only be changed by hand: {exception.Message}", exception);
        }
    }

    /// <summary>How settings are written.</summary>
    public static byte[] TextOf(JsonObject settings) => Encoding.UTF8.GetBytes(settings.ToJsonString(Written) + "\n");

    /// <exception cref="SettingsFileException">The file is another than it was when it was read, or cannot be written. Nothing is changed.</exception>
    public void CheckUnchanged(string version)
    {
        if (VersionOf(Bytes()) != version)
            throw new SettingsFileException("The settings file was changed since this page read it, so nothing is written. Load the page again: it then shows what the file says now.");
    }

    /// <summary>Puts a text in the place of the one that has this version.</summary>
    /// <exception cref="SettingsFileException">The file is another than it was when it was read, or cannot be written. Nothing is changed.</exception>
    public void Write(byte[] text, string version)
    {
        lock (writing)
        {
            CheckUnchanged(version);
            try
            {
                // Where the file is a link, what it leads to is replaced.
                var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
                var partial = $"{target}.{Environment.ProcessId}.tmp";
                try
                {
                    WritePartial(partial, text, target);
                    File.Move(partial, target, overwrite: true);
                }
                finally
                {
                    File.Delete(partial);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SettingsFileException($"{path} cannot be written, so nothing has changed: {exception.Message}", exception);
            }
        }
    }

    private static void WritePartial(string partial, byte[] text, string target)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        // A new one is its owner's alone, as it may come to hold passwords; one that is there keeps its readers.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = File.Exists(target) ? File.GetUnixFileMode(target) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(partial, options);
        file.Write(text);
        file.Flush(flushToDisk: true);
    }

    private byte[] Bytes()
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsFileException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static string VersionOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static bool HasPathNames(JsonObject settings) =>
        settings.Any(property => property.Key.Contains(':', StringComparison.Ordinal) || (property.Value is JsonObject inner && HasPathNames(inner)));
}
