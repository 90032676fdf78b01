// The functions that the addon offers, by the file that defines them. lib/native.ts documents each.
#pragma once

#include <napi.h>

namespace persist::binding {

void AddOpens(Napi::Object exports);    // openBeneath openRegular readStart
void AddReplace(Napi::Object exports);  // replaceFile replaceFileSync commitFile commitFileSync
void AddFiles(Napi::Object exports);    // writeFiles writeFilesSync writeRanges writeOpenRanges
                                        // writeStored writeDeflated copyRanges checksumRanges
void AddChecksums(
    Napi::Object exports);  // createChecksum updateChecksum checksumDigest checksumMemory checksumBorrowed
void AddReads(Napi::Object exports);  // readElements readElementsSync inflateStart
void AddZip(Napi::Object exports);    // indexZip closeZip zipNames zipRecord orderZip readLittle takeLittle
void AddZipWrites(Napi::Object exports);    // createZip addToZip zipHeaderBytes sumInZip packIntoZip zipEnd
                                            // zipPlaces zipRecords
void AddMaps(Napi::Object exports);         // map view checkWhole unmap liveMappings
void AddMemory(Napi::Object exports);       // newBuffer copyBytes
void AddLocks(Napi::Object exports);        // openLock tryLock waitForLock cancelWait unlock closeLock …
void AddHdf5(Napi::Object exports);         // createHdf5 hdf5Version
void AddHdf5Reads(Napi::Object exports);    // openHdf5 openHdf5Sync readHdf5 closeHdf5 listHdf5 describeHdf5
                                            // describedHdf5 limitProcess
void AddHdf5Chunks(Napi::Object exports);   // readChunks
void AddDiagnostics(Napi::Object exports);  // plan

/** Adds a function whose exceptions become JavaScript's. */
void Add(Napi::Object exports, const char* name, Napi::Value (*body)(const Napi::CallbackInfo&));

}  // namespace persist::binding
