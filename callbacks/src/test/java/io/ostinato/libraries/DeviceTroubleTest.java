package io.ostinato.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.TranslateException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceTroubleTest {

  @Test
  void aFullMemoryIsRecognisedHoweverTheLibraryPutsIt() {
    for (String text :
        List.of(
            DeviceTraps.FULL,
            DeviceTraps.FULL_HOST,
            "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript"
                + " (most recent call last):\n    x = self.fc(x)\n        ~~~~~~~ <--- HERE\n"
                + "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 15.78 GiB)",
            "HIP out of memory. Tried to allocate 20.00 MiB. GPU 0",
            "MPS backend out of memory (MPS allocated: 5.05 GB, other allocations: 2.29 GB)",
            "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
            "CUDA driver error: out of memory",
            "CUDA runtime error (2) : out of memory",
            "CUDA failure 2: out of memory ; GPU=0 ; hostname=a",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
            "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
            "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
            "DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.",
            "Failed to allocate memory for requested buffer of size 4194304",
            "std::bad_alloc")) {
      assertThat(DeviceTrouble.of(new EngineException(text)))
          .as(text)
          .contains(DeviceTrouble.OUT_OF_MEMORY);
    }
  }

  @Test
  void errorsAfterWhichAProcessCantUseItsDeviceAreRecognised() {
    for (String text :
        List.of(
            DeviceTraps.BROKEN,
            "CUDA error: device-side assert triggered\nCUDA kernel errors might be",
            "CUDA error: unspecified launch failure",
            "CUDA error: uncorrectable ECC error encountered",
            "CUDA error: misaligned address",
            "CUDA error: an illegal instruction was encountered",
            "CUDA error: the launch timed out and was terminated",
            "CUDA error: context is destroyed",
            "CUDA runtime error (710) : device-side assert triggered",
            "CUDA failure 700: an illegal memory access was encountered ; GPU=0",
            "HIP error: an illegal memory access was encountered",
            "Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.")) {
      assertThat(DeviceTrouble.of(new EngineException(text))).as(text).contains(DeviceTrouble.LOST);
    }
  }

  @Test
  void otherFailuresAreNoTroubleOfADevice() {
    for (Throwable other :
        List.of(
            new EngineException("CUDA error: no kernel image is available for execution"),
            new EngineException("CUDA error: CUDA-capable device(s) is/are busy or unavailable"),
            new EngineException("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"),
            new EngineException((String) null),
            new IllegalStateException(DeviceTraps.FULL),
            new OutOfMemoryError("Java heap space"))) {
      assertThat(DeviceTrouble.of(other)).as("%s", other).isEmpty();
    }
  }

  @Test
  void causesAreConsidered() {
    EngineException cause = new EngineException(DeviceTraps.FULL);
    assertThat(DeviceTrouble.of(new IllegalArgumentException("can't load it", cause)))
        .contains(DeviceTrouble.OUT_OF_MEMORY);
    assertThat(DeviceTrouble.of(new TranslateException(cause)))
        .contains(DeviceTrouble.OUT_OF_MEMORY);
  }

  @Test
  void anArrayThatTheHostHasNoMemoryForIsOutOfMemory() {
    try (NDManager manager = Engine.getInstance().newBaseManager(Device.cpu())) {
      Throwable thrown = catchThrowable(() -> manager.zeros(new Shape(1L << 44)));
      assertThat(DeviceTrouble.of(thrown)).as("%s", thrown).contains(DeviceTrouble.OUT_OF_MEMORY);
    }
  }

  @Test
  void theMemoryOfTheHostIsReportedInMebibytes() {
    DeviceMemory host = DeviceMemory.of(Device.cpu());
    assertThat(host.totalBytes()).isGreaterThan(host.usedBytes());
    assertThat(new DeviceMemory(12L << 30, 11L << 30)).hasToString("11264 of 12288 MiB are in use");
  }
}
