package io.ostinato.weights;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Some arrays of a snapshot, addressed by the hash of their content.
 *
 * @param hash SHA-256, hexadecimal, over names, data types, shapes and elements
 */
public record Shard(String hash, List<HostArray> arrays) implements Serializable {
  public Shard {
    arrays = List.copyOf(arrays);
  }

  /** The shard of these arrays, hashed. */
  public static Shard of(List<HostArray> arrays) {
    MessageDigest digest = sha256();
    for (HostArray array : arrays) {
      byte[] head =
          "%s\n%s\n%s\n"
              .formatted(array.name(), array.dataType(), array.shape())
              .getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(head.length).array());
      digest.update(head);
      digest.update(array.bytes());
    }
    return new Shard(HexFormat.of().formatHex(digest.digest()), arrays);
  }

  public long sizeBytes() {
    return arrays.stream().mapToLong(HostArray::sizeBytes).sum();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
