package io.ostinato.libraries;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Failures of a device that need another reaction than a mistake in a model or in data. The native
 * engines report them by text only, which this class and no other recognises.
 */
public enum DeviceTrouble {
  /**
   * The memory of the device is full; smaller arrays may fit. The sources of the messages:
   *
   * <ul>
   *   <li>PyTorch's allocators, {@code c10/cuda/CUDACachingAllocator.cpp} and those of other
   *       backends: {@code CUDA out of memory. Tried to allocate 2.00 GiB.}
   *   <li>the CUDA runtime and driver, {@code cudaErrorMemoryAllocation}: {@code CUDA error: out of
   *       memory}, in ONNX Runtime {@code CUDA failure 2: out of memory}
   *   <li>cuBLAS and cuDNN: {@code CUBLAS_STATUS_ALLOC_FAILED}, {@code CUDNN_STATUS_ALLOC_FAILED}
   *       and, since cuDNN 9, {@code CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED}
   *   <li>PyTorch on the CPU, {@code c10/core/impl/alloc_cpu.cpp}: {@code DefaultCPUAllocator:
   *       can't allocate memory}, on Windows {@code not enough memory}
   *   <li>ONNX Runtime, {@code onnxruntime/core/framework/bfc_arena.cc}: {@code Failed to allocate
   *       memory for requested buffer of size}
   *   <li>the C++ library: {@code std::bad_alloc}
   * </ul>
   */
  OUT_OF_MEMORY(
      "(?:CUDA|HIP|XPU|MPS backend) out of memory",
      "(?:CUDA|HIP)(?: driver| runtime)? (?:error|failure)(?: \\(?\\d+\\)?)? ?: out of memory",
      "CUBLAS_STATUS_ALLOC_FAILED",
      "CUDNN_STATUS_(?:INTERNAL_ERROR_(?:DEVICE|HOST)_ALLOCATION|ALLOC)_FAILED",
      "DefaultCPUAllocator: (?:can't allocate|not enough) memory",
      "Failed to allocate memory for requested buffer of size",
      "std::bad_alloc"),

  /**
   * The process can't use the device any more. For these errors of {@code cudaError_t} the CUDA
   * runtime documents that "the process must be terminated and relaunched": {@code
   * cudaErrorIllegalAddress}, {@code LaunchTimeout}, {@code Assert}, {@code HardwareStackError},
   * {@code IllegalInstruction}, {@code MisalignedAddress}, {@code InvalidAddressSpace}, {@code
   * InvalidPc}, {@code LaunchFailure}, {@code Contained} and {@code ExternalDevice}. Also included
   * are uncorrectable errors of memory and NVLink ({@code ECCUncorrectable}, {@code
   * NvlinkUncorrectable}), a destroyed context ({@code ContextIsDestroyed}) and a lost device
   * ({@code NVML_ERROR_GPU_IS_LOST}). Not included is {@code DevicesUnavailable}, since a device
   * that another process occupies is no reason to end this one.
   */
  LOST(
      "(?:CUDA|HIP)(?: driver| runtime)? (?:error|failure)(?: \\(?\\d+\\)?)? ?: "
          + "(?:an illegal memory access was encountered"
          + "|the launch timed out and was terminated"
          + "|device-side assert triggered"
          + "|hardware stack error"
          + "|an illegal instruction was encountered"
          + "|misaligned address"
          + "|operation not supported on global/shared address space"
          + "|invalid program counter"
          + "|unspecified launch failure"
          + "|[Ii]nvalid access of peer GPU memory over nvlink or a hardware error"
          + "|uncorrectable ECC error encountered"
          + "|uncorrectable NVLink error detected during the execution"
          + "|context is destroyed"
          + "|exception on external device)",
      "GPU is lost");

  /** Packages of the libraries that report failures of a device. */
  private static final List<String> LIBRARIES = List.of("ai.djl.", "ai.onnxruntime.");

  private final Pattern text;

  DeviceTrouble(String... texts) {
    this.text = Pattern.compile(String.join("|", texts));
  }

  /**
   * The trouble that a failure reports, itself or as one of its causes; empty for other failures.
   * Only exceptions of the native engines' libraries are considered.
   */
  public static Optional<DeviceTrouble> of(Throwable thrown) {
    Throwable each = thrown;
    while (each != null) {
      Optional<DeviceTrouble> found = isOfLibrary(each) ? ofText(each) : Optional.empty();
      if (found.isPresent()) {
        return found;
      }
      each = each.getCause();
    }
    return Optional.empty();
  }

  private static Optional<DeviceTrouble> ofText(Throwable thrown) {
    String message = Objects.requireNonNullElse(thrown.getMessage(), "");
    for (DeviceTrouble trouble : values()) {
      if (trouble.text.matcher(message).find()) {
        return Optional.of(trouble);
      }
    }
    return Optional.empty();
  }

  private static boolean isOfLibrary(Throwable thrown) {
    String name = thrown.getClass().getName();
    return LIBRARIES.stream().anyMatch(name::startsWith);
  }
}
