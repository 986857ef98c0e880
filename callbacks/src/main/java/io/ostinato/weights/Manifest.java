package io.ostinato.weights;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * The shards of a snapshot, in order; identifies a version of a model.
 *
 * @param hash SHA-256, hexadecimal, over the hashes of the shards
 */
public record Manifest(String hash, List<String> shards) implements Serializable {
  private static final int VERSION_DIGITS = 12;

  public Manifest {
    shards = List.copyOf(shards);
  }

  /** The manifest of these shards' hashes. */
  public static Manifest of(List<String> shards) {
    MessageDigest digest = Sha256.start();
    shards.forEach(shard -> digest.update(shard.getBytes(StandardCharsets.US_ASCII)));
    return new Manifest(Sha256.hex(digest), shards);
  }

  /** The first 12 digits of the hash, which tell the versions of a model apart for readers. */
  public String version() {
    return hash.substring(0, Math.min(VERSION_DIGITS, hash.length()));
  }
}
